"""People from a CSV file, as spreadsheets write them; and that the docs tell every setting of the channels."""

from __future__ import annotations

import pytest

from pipeline import countries
from pipeline.errors import BadInput, BadSettings
from pipeline.people import read
from pipeline.settings import Mail, Slack, load
from tests.places import ROOT

SAM = {
    "name": "Sam Ortega", "email": "sam@example.com", "team": "North", "aliases": ["Sam", "sam.o"], "role": "manager",
    "country": "ES", "zone": "Europe/Madrid",
}  # fmt: skip
PRIYA = {"name": "Priya", "email": None, "team": None, "aliases": [], "country": None, "zone": None}


@pytest.mark.parametrize(
    "text",
    [
        (
            "Name,E-Mail,Team,Aliases,Role,Country,Time zone,Desk\n"
            'Sam Ortega,sam@example.com,North,"Sam; sam.o",Team lead,ES,europe/madrid,4\n\nPriya,,,,,,,\n'
        ),
        (
            "\ufeffname;email;team;aliases;role;country;timezone;desk\r\n"
            "Sam  Ortega; sam@example.com ;North;Sam|sam.o;Manager;Spain;Europe/Madrid;4\r\nPriya;;;;;;;\r\n"
        ),
        (
            "First Name [Required]\tLast Name [Required]\tEmail Address [Required]\tDepartment\talias\tRole\tCountry/Region\ttz\tDesk\n"
            "Sam\tOrtega\tsam@example.com\tNorth\tSam;sam.o\tmanager\tes\tEurope/Madrid\t4\nPriya\n"
        ),
    ],
)
def test_people_as_spreadsheets_write_them(text, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode())
    people, ignored = read(file)
    assert [column.lower() for column in ignored] == ["desk"]
    assert people == [SAM, PRIYA]


def test_a_column_that_is_not_there_says_nothing(tmp_path):
    file = tmp_path / "people.csv"
    file.write_text("name,team\nSam Ortega,North\nPriya,\n")
    assert read(file)[0] == [{"name": "Sam Ortega", "team": "North"}, {"name": "Priya", "team": None}]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "first line"),
        (b"who,email\nSam,x@y.zz\n", "first line"),
        (b"name,email\n,sam@example.com\n", "line 2"),
        (b'name,email\nPriya,x@y.zz\nSam,"x\n', "line 3"),
        (b"name\nJos\xe9\n", "UTF-8"),
        (b"name,role\nPriya,rep\nSam,boss\n", "line 3: 'boss' is no role"),
        (b"name,country\nPriya,Atlantis\n", "line 2: 'Atlantis' is no country"),
        (b"name,time zone\nPriya,CEST+1\n", "line 2: 'CEST.1' is no time zone"),
    ],
)
def test_what_is_no_table_of_people(content, told, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=told):
        read(file)


def test_countries_and_zones_are_the_worlds():
    assert countries.country("de") == countries.country(" Germany ") == "DE"
    assert countries.country("UK") == "GB"
    assert countries.zone("america/new york") == "America/New_York"
    assert countries.zones_in("PT")[0] == "Europe/Lisbon"
    assert "Europe/Berlin" in countries.zones()
    for wrong in ("", "Germny", "XX"):
        with pytest.raises(BadInput):
            countries.country(wrong)
    for wrong in ("", "Berlin", "posix/Europe/Berlin", "/etc/passwd"):
        with pytest.raises(BadInput):
            countries.zone(wrong)


@pytest.mark.parametrize("kind", [Mail, Slack])
def test_every_setting_of_a_channel_is_documented(kind):
    page = (ROOT / "docs" / "telling.md").read_text()
    for name, field in kind.model_fields.items():
        default = "" if field.is_required() or field.default is None else f"`{field.default}`"
        assert f"| `{field.alias or name}` | {default} | {field.description}" in page, name


def test_channels_from_the_file_and_secrets_from_the_environment(tmp_path, monkeypatch):
    (tmp_path / "exemplar.toml").write_text('[mail]\nhost = "mx"\nfrom = "Exemplar <coach@example.com>"\nport = 25\n')
    monkeypatch.setenv("EXEMPLAR_MAIL_PASSWORD", "correct horse")
    monkeypatch.setenv("EXEMPLAR_MAIL_PORT", "465")
    monkeypatch.setenv("EXEMPLAR_SLACK_TOKEN", "xoxb-secret")
    conf = load(tmp_path)
    assert conf.mail is not None
    assert conf.slack is not None
    assert (conf.mail.host, conf.mail.port, conf.mail.sender) == ("mx", 465, "Exemplar <coach@example.com>")
    assert conf.mail.password is not None
    assert conf.mail.password.get_secret_value() == "correct horse"
    assert "horse" not in f"{conf!r}"
    assert "xoxb" not in f"{conf!r}"


@pytest.mark.parametrize(
    "variables",
    [
        {"EXEMPLAR_MAIL_PASSWORD": "correct horse"},
        {"EXEMPLAR_SLACK_TOKEN": "correct horse", "EXEMPLAR_SLACK_WEBHOOK": "https://x.example/horse"},
        {"EXEMPLAR_MAIL_HOST": "mx", "EXEMPLAR_MAIL_FROM": "nobody", "EXEMPLAR_MAIL_PASSWORD": "horse"},
    ],
)
def test_settings_at_fault_are_named_without_what_is_secret(variables, tmp_path, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=r"mail|slack") as caught:
        load(tmp_path)
    assert "horse" not in f"{caught.value} {caught.value.__cause__}"
