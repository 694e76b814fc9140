"""notices: versions that freeze, typed changes, whom they reached, and from when they hold"""

import sqlalchemy as sa
from alembic import op

from portal.store.frozen import Frozen, create_statements, drop_statements
from portal.store.types import LocalizedType, UtcDateTime


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = UtcDateTime(timezone=True)
WORDS = LocalizedType()
_PUBLISHED = (
    "EXISTS (SELECT 1 FROM notice_version AS v "
    "WHERE v.id = {row}.version_id AND v.published_at IS NOT NULL)"
)
WITH_VERSION = (_PUBLISHED.format(row="OLD"), (), _PUBLISHED.format(row="NEW"))
TOLD = (
    *("notice_id", "number", "kind", "topic", "title", "body", "reason", "effective_on"),
    *("questions_until", "choice", "publish_at", "published_at", "published_by", "lead_days"),
)
SEALED = ("served_at", "served_how", "due_at", "effect_on")
FROZEN = (
    Frozen("notice_version", "OLD.published_at IS NOT NULL", TOLD),
    Frozen(
        "notice_change", WITH_VERSION[0],
        ("id", "version_id", "fact", "subject", "value", "before"), WITH_VERSION[2],
    ),
    Frozen("notice_consent", *WITH_VERSION),
    Frozen("notice_attachment", *WITH_VERSION),
    Frozen("notice_partner", "OLD.due_at IS NOT NULL", SEALED),
    Frozen("notice_effect", "TRUE"),
    Frozen("notice_reader", "TRUE", ("id", "version_id", "partner_id", "person_id", "language")),
    Frozen("notice_fallback", "OLD.countersigned_at IS NOT NULL"),
)
TABLES = (
    "notice",
    "notice_question",
    "notice_version",
    "notice_attachment",
    "notice_change",
    "notice_consent",
    "notice_fallback",
    "notice_partner",
    "notice_reader",
    "notice_effect",
)


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('registry_id', sa.Integer(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=True),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_notice_created_by')),
    sa.ForeignKeyConstraint(['registry_id'], ['registry.id'], name=op.f('fk_notice_registry_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('ref', name=op.f('uq_notice_ref'))
    )
    op.create_table('notice_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', MOMENT, nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('public_text', WORDS, nullable=False),
    sa.Column('answer', WORDS, nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('answered_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_notice_question_answered_by')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_notice_question_asked_by')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_question_notice_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_notice_question_partner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_question'))
    )
    op.create_table('notice_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('original', 'amendment', 'withdrawal', name='kind', native_enum=False, length=20), nullable=False),
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('title', WORDS, nullable=False),
    sa.Column('body', WORDS, nullable=False),
    sa.Column('reason', WORDS, nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('questions_until', sa.Date(), nullable=True),
    sa.Column('choice', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('drafted_by', sa.Integer(), nullable=True),
    sa.Column('asked_of', sa.Integer(), nullable=True),
    sa.Column('updated_at', MOMENT, nullable=False),
    sa.Column('publish_at', MOMENT, nullable=True),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('published_by', sa.Integer(), nullable=True),
    sa.Column('lead_days', sa.Integer(), nullable=True),
    sa.Column('superseded_at', MOMENT, nullable=True),
    sa.Column('fanned_out_at', MOMENT, nullable=True),
    sa.Column('warrant_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('published_at IS NULL OR effective_on IS NOT NULL', name=op.f('ck_notice_version_effective')),
    sa.ForeignKeyConstraint(['asked_of'], ['person.id'], name=op.f('fk_notice_version_asked_of')),
    sa.ForeignKeyConstraint(['drafted_by'], ['person.id'], name=op.f('fk_notice_version_drafted_by')),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_version_notice_id')),
    sa.ForeignKeyConstraint(['published_by'], ['person.id'], name=op.f('fk_notice_version_published_by')),
    sa.ForeignKeyConstraint(['warrant_id'], ['warrant.id'], name=op.f('fk_notice_version_warrant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_version')),
    sa.UniqueConstraint('notice_id', 'number', name=op.f('uq_notice_version_notice_id_number'))
    )
    op.create_table('notice_attachment',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_notice_attachment_file_id')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_attachment_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'file_id', name=op.f('pk_notice_attachment'))
    )
    op.create_table('notice_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('fact', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_notice_change_partner_id')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_change_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_change')),
    sa.UniqueConstraint('version_id', 'fact', 'subject', name=op.f('uq_notice_change_version_id_fact_subject'))
    )
    op.create_table('notice_consent',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('registry_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_consent_person_id')),
    sa.ForeignKeyConstraint(['registry_id'], ['registry.id'], name=op.f('fk_notice_consent_registry_id')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_consent_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'registry_id', name=op.f('pk_notice_consent'))
    )
    op.create_table('notice_fallback',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('told', sa.String(), nullable=False),
    sa.Column('told_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=False),
    sa.Column('recorded_at', MOMENT, nullable=False),
    sa.Column('countersigned_by', sa.Integer(), nullable=True),
    sa.Column('countersigned_at', MOMENT, nullable=True),
    sa.CheckConstraint('(countersigned_by IS NULL) = (countersigned_at IS NULL)', name=op.f('ck_notice_fallback_signed')),
    sa.CheckConstraint('countersigned_by <> recorded_by', name=op.f('ck_notice_fallback_two_people')),
    sa.ForeignKeyConstraint(['countersigned_by'], ['person.id'], name=op.f('fk_notice_fallback_countersigned_by')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_notice_fallback_partner_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_notice_fallback_recorded_by')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_fallback_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_fallback'))
    )
    op.create_table('notice_partner',
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.Column('affected', sa.Boolean(), nullable=False),
    sa.Column('added_at', MOMENT, nullable=False),
    sa.Column('served_at', MOMENT, nullable=True),
    sa.Column('served_how', sa.Enum('opened', 'acknowledged', 'mail', 'other_way', 'joined', name='how', native_enum=False, length=20), nullable=True),
    sa.Column('due_at', MOMENT, nullable=True),
    sa.Column('effect_on', sa.Date(), nullable=True),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(due_at IS NULL) = (effect_on IS NULL)', name=op.f('ck_notice_partner_sealed')),
    sa.CheckConstraint('(served_at IS NULL) = (served_how IS NULL)', name=op.f('ck_notice_partner_served')),
    sa.CheckConstraint('due_at IS NULL OR served_at IS NOT NULL', name=op.f('ck_notice_partner_served_first')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_notice_partner_partner_id')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_partner_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'partner_id', name=op.f('pk_notice_partner'))
    )
    op.create_table('notice_reader',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('partner_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('membership_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('mailed_at', MOMENT, nullable=True),
    sa.Column('opened_at', MOMENT, nullable=True),
    sa.Column('acknowledged_at', MOMENT, nullable=True),
    sa.Column('reminded_at', MOMENT, nullable=True),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_notice_reader_membership_id')),
    sa.ForeignKeyConstraint(['partner_id'], ['partner.id'], name=op.f('fk_notice_reader_partner_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_reader_person_id')),
    sa.ForeignKeyConstraint(['version_id'], ['notice_version.id'], name=op.f('fk_notice_reader_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_reader')),
    sa.UniqueConstraint('version_id', 'partner_id', 'person_id', name=op.f('uq_notice_reader_version_id_partner_id_person_id'))
    )
    op.create_table('notice_effect',
    sa.Column('change_id', sa.Integer(), nullable=False),
    sa.Column('effect_on', sa.Date(), nullable=False),
    sa.Column('sealed_at', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['change_id'], ['notice_change.id'], name=op.f('fk_notice_effect_change_id')),
    sa.PrimaryKeyConstraint('change_id', name=op.f('pk_notice_effect'))
    )
    op.create_index('ix_notice_registry_id_id', 'notice', ['registry_id', 'id'], unique=False)
    op.create_index('ix_notice_question_notice_id', 'notice_question', ['notice_id'], unique=False)
    op.create_index('ix_notice_version_publish_at', 'notice_version', ['publish_at'], unique=False)
    op.create_index('ix_notice_version_published_at', 'notice_version', ['published_at'], unique=False)
    op.create_index('ix_notice_version_warrant_id', 'notice_version', ['warrant_id'], unique=False)
    op.create_index('ix_notice_change_fact_subject', 'notice_change', ['fact', 'subject'], unique=False)
    op.create_index('ix_notice_fallback_version_id_partner_id', 'notice_fallback', ['version_id', 'partner_id'], unique=False)
    op.create_index('ix_notice_partner_partner_id_version_id', 'notice_partner', ['partner_id', 'version_id'], unique=False)
    op.create_index('ix_notice_reader_person_id', 'notice_reader', ['person_id'], unique=False)
    op.create_index('ix_notice_reader_version_id_mailed_at', 'notice_reader', ['version_id', 'mailed_at'], unique=False)
    for statement in create_statements(op.get_bind().dialect.name, FROZEN):
        op.execute(statement)


def downgrade() -> None:
    for statement in drop_statements(op.get_bind().dialect.name, FROZEN):
        op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)
