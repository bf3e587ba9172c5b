"""Settings: defaults, then data/exemplar.toml, then EXEMPLAR_* variables, then the command line."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipeline.errors import BadSettings

FILE = "exemplar.toml"  # in the data folder


class Mail(BaseModel):
    """The mail server that takes our messages. The password is better given as EXEMPLAR_MAIL_PASSWORD."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1, description="The mail server (SMTP).")
    port: int = Field(587, gt=0, lt=65536, description="Its port: 587 with starttls, 465 with tls.")
    tls: Literal["starttls", "tls", "none"] = Field("starttls", description="How the connection is kept private.")
    user: str | None = Field(None, description="The name to sign in with; unset: no sign-in.")
    password: SecretStr | None = Field(None, description="The password to sign in with.")
    sender: str = Field(alias="from", pattern=r"^[^\r\n]*[^\s@<]+@[^\s@>]+>?$", description="Who it comes from.")
    timeout: float = Field(20, gt=0, le=60, description="Seconds the server may take to answer.")


class Slack(BaseModel):
    """A Slack app: a bot token reaches people and channels, an incoming webhook its one channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = Field(None, description="The bot token (xoxb-…), with the scope chat:write.")
    webhook: SecretStr | None = Field(None, description="The address of an incoming webhook, in place of a token.")
    api: str = Field("https://slack.com/api/", description="Where Slack's API is.")
    timeout: float = Field(20, gt=0, le=60, description="Seconds Slack may take to answer.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.token is None) == (self.webhook is None):
            raise ValueError("give either a token or a webhook")
        return self


class Where(BaseSettings):
    """The one setting that says where the others are."""

    model_config = SettingsConfigDict(env_prefix="EXEMPLAR_", extra="ignore")

    data: Path = Path("data")


class Settings(BaseSettings):
    """Everything a person can set. Durations in seconds, sizes as their names say."""

    model_config = SettingsConfigDict(
        env_prefix="EXEMPLAR_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,  # it may be a password
    )

    data: Path = Field(Path("data"), description="The folder that holds everything.")
    host: str = Field("127.0.0.1", description="The address the pages listen on.")
    port: int | None = Field(None, description="The port of the pages; unset: 8377 or the next free one.")
    public_url: str | None = Field(None, description="The base of every link sent to people.")
    hosts: list[str] = Field(default_factory=list, description="More host names under which pages may be asked for.")
    trusted_proxies: list[str] = Field(
        default_factory=list,
        description="Addresses or networks of proxies whose word (X-Forwarded-For, -Proto) on who asks is taken.",
    )

    model: str = Field("base", description="base, tiny.en, any other faster-whisper model by name, or a folder.")
    device: str = Field("auto", description="auto, cpu or cuda.")
    compute_type: str = Field("auto", description="auto, int8, int8_float16, float16 or float32.")
    threads: int = Field(0, ge=0, description="Processor threads for hearing; 0: all cores.")
    batch: int = Field(0, ge=0, le=64, description="Windows of speech heard together; 0: as many as suit the device.")
    language: str = Field("auto", description="Language of the calls (en, de, …); auto: what the model detects.")

    settle: float = Field(0.5, gt=0, description="Seconds between the two looks that find a file unchanged.")
    settle_empty: float = Field(5.0, ge=0, description="Seconds an empty file may stay empty before it is set aside.")
    rescan: float = Field(5.0, gt=0, description="Seconds between full looks at the inbox.")
    keep: list[str] = Field(
        default_factory=list, description="Sub-folders of the inbox whose files are left where they are."
    )
    max_hours: float = Field(6.0, gt=0, description="The longest recording accepted, in hours.")
    max_upload_mb: int = Field(2048, gt=0, description="The largest upload accepted, in megabytes.")
    attempts: int = Field(3, ge=1, description="How often hearing one recording is tried before it is set aside.")

    timezone: str | None = Field(None, description="Zone of times in file names, as Europe/Berlin; unset: here.")
    playbook: Path | None = Field(None, description="A playbook folder of your own; unset: the default one.")
    suggestions: bool = Field(True, description="Suggest tags where no pattern reaches, for somebody to agree with.")
    mask: bool = Field(True, description="Hide card numbers, addresses and other personal data in what is shown.")
    records_url: str | None = Field(
        None, description="The PostgreSQL database of what people write; unset: SQLite in the data folder."
    )

    quiet_hours: str = Field(
        "20:00-07:30",
        pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$",
        description="When lessons, quizzes and notes are not sent, on each person's own clock; empty: never quiet.",
    )
    quiet_weekends: bool = Field(True, description="Keep weekends quiet too, those of each person's country.")
    remind_after: int = Field(2, ge=0, le=30, description="Working days after which a link is sent again; 0: never.")
    remind_before: int = Field(1, ge=0, le=30, description="Working days before the due day for a reminder; 0: none.")
    check_in: str = Field(
        "Fri 09:00",
        pattern=r"^$|^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01]\d|2[0-3]):[0-5]\d$",
        description="When reps of teams that want it are asked for a line, on their own clock; empty: never.",
    )
    link_days: int = Field(30, ge=1, le=365, description="Days that a link to a lesson or a quiz works.")

    mail: Mail | None = Field(None, description="The mail server, a table of its own (docs/telling.md).")
    slack: Slack | None = Field(None, description="The Slack app, a table of its own (docs/telling.md).")

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: list[str]) -> list[str]:
        for one in given:
            ip_network(one, strict=False)
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = cls.model_config.get("toml_file")
        file = (TomlConfigSettingsSource(settings_cls, toml),) if toml else ()
        return (init_settings, env_settings, *file)


def load(data: Path | None = None, **overrides: object) -> Settings:
    """Read the settings that hold for one data folder.

    Raises BadSettings, naming the setting, when one can't be understood.
    """
    given = {key: value for key, value in overrides.items() if value is not None}
    if data is not None:
        given["data"] = data
    try:
        folder = data or Where().data
        file = folder / FILE
        found = type("SettingsOfFolder", (Settings,), {"model_config": SettingsConfigDict(toml_file=file)})
        settings: Settings = found(**given)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadSettings(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, ValueError) as error:
        raise BadSettings(str(error)) from error
    return settings.model_copy(update={"data": folder.absolute()})
