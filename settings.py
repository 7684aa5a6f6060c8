"""What our processes are told from outside: the QINGLING_… variables, checked once at start.

`load_settings()` gives a frozen `Settings`, or a `SettingsError` whose single line names the variable.
With no variable set everything runs on this machine and keeps its data under `var/`.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "QINGLING_"


class SettingsError(Exception):
    """A setting that cannot be used, in one line for whoever started the process."""


@dataclass(frozen=True)
class Expect:
    """What a setting wants, told when it got something else."""

    zh: str
    en: str
    secret: bool = False


def _address(value: str | None) -> str | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    if not (host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("not host:port")
    return value


def _database(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("a database we do not run on")
    return value


def _archive(value: str) -> str:
    if "://" in value and not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/.*)?", value):
        raise ValueError("neither a folder nor a bucket")
    return value


def _http(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"https?://[^\s/]+/?", value):
        raise ValueError("not the address of a server")
    return value


def _seed(text: str) -> bytes:
    """The Ed25519 seed that a key of ours stands for."""
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        seed = b""
    if len(seed) != 32:
        raise ValueError("not the base64 of 32 bytes")
    return seed


def _signing_key(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        _seed(value.get_secret_value())
    return value


Folder = Annotated[Path, Expect("一个文件夹", "a folder")]
File = Annotated[Path, Expect("一个文件", "a file")]
Host = Annotated[str, Field(min_length=1), Expect("一个主机地址", "the address of a host")]
Port = Annotated[int, Field(ge=1, le=65535), Expect("1 到 65535 的端口号", "a port from 1 to 65535")]
Address = Annotated[str, AfterValidator(_address), Expect("“主机:端口”", "host:port")]
OptionalAddress = Annotated[str | None, AfterValidator(_address), Expect("“主机:端口”", "host:port")]
Name = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._-]{1,200}$"),
    Expect(
        "由字母、数字、点、横线、下划线组成的名称", "a name of letters, digits, dots, dashes, underscores"
    ),
]
DatabaseUrl = Annotated[
    SecretStr,
    AfterValidator(_database),
    Expect("sqlite:///… 或 postgresql+psycopg://…", "sqlite:///… or postgresql+psycopg://…", secret=True),
]
ArchiveUrl = Annotated[
    str,
    Field(min_length=1),
    AfterValidator(_archive),
    Expect("文件夹或 s3://桶/前缀", "a folder, or s3://bucket/prefix"),
]
OptionalFolder = Annotated[Path | None, Expect("一个文件夹", "a folder")]
OptionalServer = Annotated[
    str | None, AfterValidator(_http), Expect("http(s)://主机:端口", "http(s)://host:port")
]
SigningKey = Annotated[
    SecretStr | None,
    AfterValidator(_signing_key),
    Expect(
        "32 字节的 base64（openssl rand -base64 32）",
        "base64 of 32 bytes (openssl rand -base64 32)",
        secret=True,
    ),
]
SignIn = Annotated[Literal["token", "seat", "oidc"], Expect("token、seat 或 oidc", "token, seat or oidc")]
OptionalName = Annotated[
    str | None, Field(pattern=r"^[^\s]{1,200}$"), Expect("不含空格的名称", "a name without spaces")
]
OptionalSecret = Annotated[
    SecretStr | None,
    Field(min_length=1),
    Expect("提供方给的密钥", "the secret the provider gave", secret=True),
]
Claim = Annotated[str, Field(pattern=r"^[^\s]{1,200}$"), Expect("声明的名称", "the name of a claim")]
OptionalUrl = Annotated[
    str | None,
    Field(pattern=r"^https?://[^\s]+$"),
    Expect("http(s)://… 网址", "an http(s)://… address"),
]
LogFormat = Annotated[Literal["console", "json"], Expect("console 或 json", "console or json")]


class Settings(BaseSettings):
    """Each field is read from `QINGLING_` followed by its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    var_dir: Folder = Path("var")
    """Where everything kept on this machine lives: databases, keys, what an import could not take."""

    database_url: DatabaseUrl = Field(
        default_factory=lambda known: SecretStr(f"sqlite:///{known.get('var_dir', 'var')}/qingling.db")
    )
    """The record: SQLite in a file under `var_dir`, or PostgreSQL. Secret, for it may carry a password."""

    temporal_address: Address = "127.0.0.1:7233"
    """Where the Temporal server listens."""

    temporal_namespace: Name = "default"
    """The Temporal namespace that holds our workflows: one for each environment."""

    task_queue: Name = "qingling-hazards"
    """The queue by which hazards reach their workers."""

    api_host: Host = "127.0.0.1"
    """The address the API listens on."""

    api_port: Port = 8000
    """The port the API listens on."""

    profiles_dir: OptionalFolder = None
    """A folder with districts of one's own, beside the shipped ones (docs/new-district.md)."""

    channels_file: File = Field(
        default_factory=lambda known: Path(known.get("var_dir", "var")) / "channels.yaml"
    )
    """Which channels notices take besides the inbox (docs/notices.md); by default none, as long as it is missing."""

    metrics_address: OptionalAddress = None
    """Where the worker shows its figures to Prometheus; nowhere when unset."""

    token_key: SigningKey = None
    """The key that signs tokens: base64 of a 32-byte Ed25519 seed. It goes before `token_key_file`."""

    token_key_file: File = Field(
        default_factory=lambda known: Path(known.get("var_dir", "var")) / "token.key"
    )
    """A file that holds such a key, read when none is given directly."""

    sign_in: SignIn = "token"
    """How people sign in to the pages: with a token they were given; at the district's identity provider
    (`oidc`, see docs/pages.md); or (`seat`, for trying out on one machine) by choosing any seat of the
    district, which asks nobody who he is."""

    public_url: OptionalServer = None
    """Where browsers reach us, e.g. `https://qingling.example`: the provider sends them back there; with `https`
    the session's cookie is kept to TLS, whatever ends it before us."""

    oidc_issuer: OptionalUrl = None
    """The identity provider, as its own metadata name it."""

    oidc_client_id: OptionalName = None
    """What the provider calls us."""

    oidc_client_secret: OptionalSecret = None
    """What we prove it with."""

    oidc_seat_claim: Claim = "qingling_seat"
    """The claim of the ID token that holds the seat, as `profile/unit/role`."""

    temporal_ui_url: OptionalUrl = None
    """Where operators see a hazard's workflow, linked from its page for them; nowhere when unset."""

    archive_url: ArchiveUrl = Field(
        default_factory=lambda known: str(known.get("var_dir", "var") / "archive")
    )
    """Where the auditors' archive lies: a folder, or `s3://bucket/prefix`; S3's keys come from `AWS_…`."""

    archive_endpoint: OptionalServer = None
    """The server of an S3-compatible store that is not Amazon's, e.g. `http://10.0.0.5:9000`."""

    archive_key: SigningKey = None
    """The key that signs the archive's manifests, of the same form. It goes before `archive_key_file`."""

    archive_key_file: File = Field(
        default_factory=lambda known: Path(known.get("var_dir", "var")) / "archive.key"
    )
    """A file that holds such a key. Public keys that are trusted stand beside it, in `….pub`."""

    log_format: LogFormat = "console"
    """`console` for people; `json` for machines, one object a line."""

    def token_seed(self) -> bytes:
        """The key that signs tokens: for whoever issues or checks them, and nobody else."""
        return self._seed_of("token_key", "令牌密钥", "token key")

    def archive_seed(self) -> bytes:
        """The key that signs manifests: for whoever seals the archive, and nobody else."""
        return self._seed_of("archive_key", "归档密钥", "archive key")

    def _seed_of(self, field: str, zh: str, en: str) -> bytes:
        given: SecretStr | None = getattr(self, field)
        if given is not None:
            return _seed(given.get_secret_value())
        file: Path = getattr(self, f"{field}_file")
        name = PREFIX + field.upper()
        try:
            return _seed(file.read_text("ascii"))
        except OSError as error:
            raise SettingsError(
                f"读不到{zh}文件 {file}，请设置 {name} 或 {name}_FILE"
                f" | cannot read the {en} file {file} ({error.strerror}): set {name} or {name}_FILE"
            ) from None
        except ValueError:
            raise SettingsError(
                f"{zh}文件 {file} 的内容应为 32 字节的 base64"
                f" | the {en} file {file} should hold the base64 of 32 bytes"
            ) from None


def load_settings(**given: Any) -> Settings:
    """The settings of this process; what is `given` goes before the environment."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    # One at a time: a line that lists five is read by nobody.
    wrong = error.errors(include_url=False)[0]
    field = str(wrong["loc"][0])
    name = PREFIX + field.upper()
    expect = next(item for item in Settings.model_fields[field].metadata if isinstance(item, Expect))
    got = "" if expect.secret else f" {str(wrong['input'])[:60]!r}"
    return f"{name}{got} 无效，应为{expect.zh} | {name}{got} is not valid: expected {expect.en}"
