"""What a fresh console shows: an integration that reaches the sandbox, templates, and people to try it on."""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from outbound import roles
from outbound.models import Integration, Recipient, Template, TemplateField

USERNAME = "operator"
INTEGRATION = "Sandbox"
SLUG, REMOTE_ID = "demo", "1"

TEMPLATES = [
    (
        "3b9c0955-bdd9-00de-4135-6cfb74f5fb2e",
        "Cobrança amigável",
        "utility",
        "Olá {{name}}, sua fatura de {{value}} vence amanhã. Responda SAIR para não receber mais avisos.",
        [("name", "Nome", "Maria"), ("value", "Valor", "R$ 1670,00")],
    ),
    (
        "lembrete-consulta",
        "Lembrete de consulta",
        "utility",
        "{{nome}}, sua consulta é em {{data}} às {{hora}}. Podemos confirmar?",
        [("nome", "Nome", "João"), ("data", "Data", "25/11"), ("hora", "Hora", "14h30")],
    ),
    (
        "boas-vindas",
        "Boas-vindas",
        "marketing",
        "Olá! Que bom ter você aqui. Escreva MENU quando precisar da gente.",
        [],
    ),
]
PEOPLE = [
    "Ana Souza", "Bruno Lima", "Carla Mendes", "Diego Rocha", "Elisa Prado", "Fábio Nunes", "Gabriela Reis",
    "Heitor Dias", "Isabel Castro", "João Pires", "Karina Alves", "Lucas Teixeira", "Mariana Freitas",
    "Nuno Barros", "Olívia Campos", "Paulo Sérgio", "Queila Ramos", "Rafael Moura", "Sofia Andrade",
    "Tiago Martins",
]  # fmt: skip


def prepare(sandbox_port: int) -> str:
    """Make what is missing, change nothing that is there, and return the operator's new password."""
    roles.ensure_groups()
    _integration(sandbox_port)
    for row in TEMPLATES:
        _template(*row)
    for index, name in enumerate(PEOPLE, start=1):
        # 90000-10xx is in no block that was given out, so the demo never means a real person.
        Recipient.objects.get_or_create(
            phone=f"+55119000010{index:02}", defaults={"name": name, "attributes": {"cidade": "São Paulo"}}
        )
    return _operator()


def _integration(sandbox_port: int) -> None:
    base_url = f"http://127.0.0.1:{sandbox_port}/zenvia"
    integration, created = Integration.objects.get_or_create(
        name=INTEGRATION, defaults={"slug": SLUG, "remote_id": REMOTE_ID, "base_url": base_url}
    )
    if created:
        integration.replace_token(secrets.token_urlsafe(24), by=None, now=timezone.now())
    elif integration.base_url != base_url and integration.base_url.startswith("http://127.0.0.1:"):
        Integration.objects.filter(pk=integration.pk).update(base_url=base_url)


def _template(
    template_id: str, name: str, category: str, body: str, fields: list[tuple[str, str, str]]
) -> None:
    template, created = Template.objects.get_or_create(
        template_id=template_id, defaults={"name": name, "category": category, "body": body}
    )
    if created:
        TemplateField.objects.bulk_create(
            TemplateField(template=template, key=key, label=label, example=example, position=position)
            for position, (key, label, example) in enumerate(fields)
        )


def _operator() -> str:
    password = secrets.token_urlsafe(12)
    user, _created = get_user_model().objects.get_or_create(username=USERNAME, defaults={"is_staff": True})
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name__in=[roles.OPERATORS, roles.MANAGERS]))
    return password
