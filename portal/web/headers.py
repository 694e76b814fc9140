"""The headers of every response, error pages included."""

from flask import Flask, Response, request

from portal.web.guards import actor

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask) -> None:
    """Put them on every response; a page for a signed-in reader is never stored."""

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            response.headers["Vary"] = "Cookie, Accept-Language"
            stored = "private, no-cache" if not actor().known else "no-store"
            response.headers.setdefault("Cache-Control", stored)
        if (
            request.endpoint
            and request.endpoint.startswith("site.")
            and request.view_args is not None
        ):
            response.headers.setdefault("Content-Language", request.path[1:3])
        return response
