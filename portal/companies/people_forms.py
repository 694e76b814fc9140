"""The forms about people. A role or place that is not offered is no choice, whoever posts it (B17)."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from portal.accounts.fields import language_field, mailbox_field, name_field, new_password_field
from portal.accounts.labels import ROLES
from portal.companies.people_rules import Place
from portal.companies.staff_pages import Choices, Held
from portal.kernel.access import Role

COMPANY_ROLES = (Role.PARTNER_USER, Role.PARTNER_ADMIN)
STAFF = (
    *(Role.CHANNEL_MANAGER, Role.CHANNEL_LEAD, Role.ACCOUNT_TEAM),
    *(Role.SUPPORT, Role.CSM, Role.FINANCE, Role.ADMIN),
)


class _Invite(FlaskForm):
    email = mailbox_field(
        _l("E-mail address"),
        _l("Enter the address to invite."),
        _l("The invitation goes there, and works for whoever reads it there."),
        autocomplete="off",
    )
    language = language_field(_l("Language of the invitation"))


def _roles(roles: tuple[Role, ...]) -> list[SelectChoice]:
    return [SelectChoice(role.value, ROLES[role]) for role in roles]


def choices_of(companies: Iterable[tuple[int, str]]) -> list[SelectChoice]:
    """Companies to choose from."""
    return [SelectChoice(*each) for each in companies]


class InviteForm(_Invite):
    """Somebody for one's own company."""

    role = RadioField(
        _l("Role"),
        choices=_roles(COMPANY_ROLES),
        validators=[InputRequired(_l("Choose a role."))],
        description=_l(
            "Both do all the business of your company. An administrator also looks after its people"
            " and its applications."
        ),
    )


class RoleForm(FlaskForm):
    """Another role in the company."""

    role = RadioField(
        _l("Role"),
        choices=_roles(COMPANY_ROLES),
        validators=[InputRequired(_l("Choose a role."))],
    )


class PlaceForm(FlaskForm):
    """A staff role and where it is had."""

    role = SelectField(
        _l("Role"),
        choices=_roles(STAFF),
        validators=[InputRequired(_l("Choose a role."))],
    )
    where = SelectField(
        _l("Registry or team"),
        description=_l(
            "A registry for channel roles, its account team for the account team role; nothing for"
            " the others."
        ),
    )

    def offer(self, choices: Choices) -> None:
        """Fill in the registries and the account teams to choose from."""
        self.where.choices = [
            SelectChoice("", _l("No registry")),
            *(SelectChoice(f"r{each[0]}", each[1]) for each in choices.registries),
            *(
                SelectChoice(f"t{team[0]}", f"{registry[1]} · {team[2]}")
                for registry in choices.registries
                for team in choices.teams
                if team[1] == registry[0]
            ),
        ]

    def place(self, choices: Choices) -> Place:
        """What was chosen, as it was chosen; whether it fits is the rule's to say."""
        kind, number = (self.where.data or "")[:1], (self.where.data or "")[1:]
        registries = {str(each[0]): each[0] for each in choices.registries}
        teams = {str(team[0]): team for team in choices.teams}
        team = teams.get(number) if kind == "t" else None
        return Place(
            Role(self.role.data),
            registry_id=team[1] if team else registries.get(number) if kind == "r" else None,
            team_id=team[0] if team else None,
        )


def where_of(held: Held) -> str:
    """The choice of `PlaceForm.where` that a membership stands for."""
    if held.team_id is not None:
        return f"t{held.team_id}"
    return f"r{held.registry_id}" if held.registry_id is not None else ""


class StaffInviteForm(_Invite, PlaceForm):
    """Somebody of the vendor's staff."""


class FirstAdminForm(_Invite):
    """The first administrator of a company nobody administers."""

    company = SelectField(
        _l("Company"),
        coerce=int,
        validators=[InputRequired(_l("Choose a company."))],
        description=_l("Those that nobody administers. Others invite their people themselves."),
    )


class MoveForm(FlaskForm):
    """Another company for somebody."""

    company = SelectField(
        _l("To the company"), coerce=int, validators=[InputRequired(_l("Choose a company."))]
    )


class JoinForm(FlaskForm):
    """Who takes an invitation up without an account: a name and a password."""

    token = HiddenField()
    name = name_field(_l("Your name"), _l("Enter your name."))
    password = new_password_field()
