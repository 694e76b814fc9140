"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.mdf import (
    amounts,
    asking,
    book,
    changing,
    claim_models,
    claim_views,
    claiming,
    cli,
    desks,
    facts,
    fund_jobs,
    funding,
    invoice_views,
    jobs,
    labels,
    queries,
    reviewing,
    steps,
    telling,
    views,
)
from portal.mdf.blueprint import bp
from portal.web.faces import Faces

FACES = Faces(
    pages=(bp,),
    commands=(cli.group,),
    joined=(
        amounts,
        asking,
        book,
        changing,
        claim_models,
        claim_views,
        claiming,
        desks,
        facts,
        fund_jobs,
        funding,
        invoice_views,
        jobs,
        labels,
        queries,
        reviewing,
        steps,
        telling,
        views,
    ),
)
