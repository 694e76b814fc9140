"""Images are drawn anew: what is kept are the pixels, and nothing else that came with them.

Camera, place, author, comments, colour profiles, previews and whatever was hung behind the picture are
gone. How large a picture is, is read from its head before a pixel of it is unpacked.
"""

import threading
import warnings
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin

from portal.store.files import Fault
from portal.web.upload_names import Unfit

MILLION = 1_000_000
# An unpacked picture takes four bytes a pixel. A progressive JPEG is unpacked twice over, a WebP
# three times: all of them stay within the same memory.
LARGEST = 40 * MILLION
LARGEST_PROGRESSIVE = 20 * MILLION
LARGEST_WEBP = 10 * MILLION
TURNED_AT_MOST = 20 * MILLION
SCANS = 100
ORIENTATION = 0x0112

Image.MAX_IMAGE_PIXELS = LARGEST
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# One picture at a time in each process, so that many at once take no more memory than one.
_one = threading.Lock()


def redraw(content: bytes, kind: str) -> bytes:
    """The picture `content` of the format `kind` ("PNG", "JPEG", "WEBP"), drawn anew.

    Raises Unfit for too many pixels, for what moves, and for what cannot be read to its end.
    """
    if kind == "JPEG" and content.count(b"\xff\xda") > SCANS:
        # Each scan goes over every pixel again: a small file of many keeps a machine busy for hours.
        raise Unfit(Fault.UNREADABLE)
    with _one:
        try:
            with Image.open(BytesIO(content), formats=[kind]) as image:
                return _drawn(image, kind)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise Unfit(Fault.PIXELS, largest=LARGEST // MILLION) from None
        except (OSError, SyntaxError, ValueError, ArithmeticError, IndexError, KeyError, TypeError):
            # Whatever a decoder makes of bytes that are no picture.
            raise Unfit(Fault.UNREADABLE) from None


def _drawn(image: Image.Image, kind: str) -> bytes:
    largest = _largest(image, kind)
    if image.width * image.height > largest:
        raise Unfit(Fault.PIXELS, largest=largest // MILLION)
    if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise Unfit(Fault.ANIMATED)
    how = _how(image, kind)
    turn = image.getexif().get(ORIENTATION, 1)
    image.load()
    if turn != 1 and image.width * image.height > TURNED_AT_MOST:
        # Turning takes a second copy. A large one is left as it lies and says which way is up.
        note = Image.Exif()
        note[ORIENTATION] = turn
        how["exif"] = note
    elif turn != 1:
        ImageOps.exif_transpose(image, in_place=True)
    # Of all that was told about the picture only this is part of what is seen.
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _largest(image: Image.Image, kind: str) -> int:
    if kind == "WEBP":
        return LARGEST_WEBP
    return LARGEST_PROGRESSIVE if image.info.get("progressive") else LARGEST


def _how(image: Image.Image, kind: str) -> dict[str, Any]:
    """How to save, so that a picture loses nothing that is seen and hardly grows."""
    if kind == "JPEG":
        tables = getattr(image, "quantization", None)
        sampling = JpegImagePlugin.get_sampling(image)
        told = {"subsampling": sampling} if sampling >= 0 else {}
        return {"qtables": tables, **told} if tables else {"quality": 90}
    return {"compress_level": 4} if kind == "PNG" else {"quality": 88, "method": 1}
