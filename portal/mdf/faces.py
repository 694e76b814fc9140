"""What this slice shows of itself: its pages, its commands, and what joins by being imported."""

from portal.mdf import (
    amounts,
    asking_views,
    change_views,
    claim_review_views,
    claim_views,
    cli,
    desks,
    form_views,
    fund_money_views,
    fund_views,
    invoice_views,
    jobs,
    limit_views,
    news,
    payment_views,
    review_views,
    statement_views,
    telling,
    terms_views,
    views,
)
from portal.mdf.blueprint import bp
from portal.web.faces import Faces

FACES = Faces(
    pages=(bp,),
    commands=(cli.group,),
    joined=(
        *(views, asking_views, form_views, review_views, change_views, limit_views),
        *(claim_views, invoice_views, claim_review_views, payment_views, statement_views),
        *(fund_views, fund_money_views, terms_views),
        *(amounts, desks, jobs, news, telling),
    ),
)
