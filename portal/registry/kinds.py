"""The kinds of file the registries take, and the columns of each: the contract of the import."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from portal.registry.rules import (
    ContractStatus,
    EndOfTerm,
    Language,
    Program,
    ServiceStatus,
    TeamKind,
)

Shape = Literal["registry", "key", "text", "email", "date", "choice", "list"]


@dataclass(frozen=True)
class Column:
    """One column: what its cells are, and whether they may be blank.

    `blank` is what a blank cell of a choice means; a missing optional column means nothing.
    """

    name: str
    shape: Shape = "text"
    required: bool = False
    choices: type[StrEnum] | None = None
    blank: StrEnum | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of file: its columns in the order of an export, and the columns of its key.

    Of the columns `any_of`, a row needs one at least.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    any_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns no row can do without."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def has_registry(self) -> bool:
        """Whether its rows belong to one registry; partners and customers stand over all."""
        return "registry" in self.names


_REGISTRY = Column("registry", "registry", required=True)
_STATUS = Column("status", "choice", required=True, choices=ContractStatus)
_TERM = (Column("starts_on", "date", required=True), Column("ends_on", "date"))


def _key(name: str) -> Column:
    return Column(name, "key", required=True)


def _name(name: str = "name") -> Column:
    return Column(name, required=True)


_ALL = (
    Kind(
        "teams",
        (
            *(_REGISTRY, _key("team_code")),
            Column("kind", "choice", required=True, choices=TeamKind),
            *(_name(), Column("email", "email"), Column("phone")),
        ),
        ("registry", "team_code"),
    ),
    Kind(
        "people",
        (
            *(_REGISTRY, _key("team_code"), _name(), Column("email", "email", required=True)),
            *(Column("former_email", "email"), Column("phone")),
        ),
        ("registry", "email"),
    ),
    Kind(
        "products",
        (_REGISTRY, _key("product_code"), Column("name_es"), Column("name_en")),
        ("registry", "product_code"),
        any_of=("name_es", "name_en"),
    ),
    Kind("partners", (_key("partner_id"), _name()), ("partner_id",)),
    Kind(
        "agreements",
        (
            *(_REGISTRY, _key("agreement_number"), _key("partner_id")),
            *(Column("program", "choice", choices=Program), _STATUS, *_TERM),
            *(Column("compensation_terms"), Column("payment_schedule")),
            Column("channel_team", "key"),
        ),
        ("registry", "agreement_number"),
    ),
    Kind("customers", (_key("customer_id"), _name()), ("customer_id",)),
    Kind(
        "contracts",
        (
            *(_REGISTRY, _key("contract_number"), _key("customer_id"), _key("partner_id")),
            *(Column("account_team", "key"), _STATUS, *_TERM),
            Column("end_of_term", "choice", choices=EndOfTerm, blank=EndOfTerm.EXPIRE),
            Column("replaces", "list"),
        ),
        ("registry", "contract_number"),
    ),
    Kind(
        "services",
        (
            *(_REGISTRY, _key("service_id"), _key("contract_number")),
            Column("product_code", "key"),
            Column("status", "choice", required=True, choices=ServiceStatus),
            *(Column("installed_on", "date"), Column("site_a"), Column("site_z")),
        ),
        ("registry", "service_id"),
    ),
    Kind(
        "training",
        (
            *(_key("partner_id"), _key("training_code"), Column("name_es"), Column("name_en")),
            *_TERM,
        ),
        ("partner_id", "training_code"),
        any_of=("name_es", "name_en"),
    ),
    Kind(
        "customer_contacts",
        (
            *(_REGISTRY, _key("customer_id"), _name(), Column("email", "email", required=True)),
            Column("language", "choice", required=True, choices=Language),
        ),
        ("registry", "customer_id", "email"),
    ),
)
KINDS = {kind.name: kind for kind in _ALL}
