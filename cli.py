"""The command line. Each command hands over to the room that knows; here is only how it is asked for.

Exit status: 0 good, 1 a finding (a difference, a refused row), 2 bad input (one line says what to do).
Rooms are imported when their command is given, so that ``--help`` answers at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from logs import configure_logging
from settings import Settings, SettingsError, load_settings

app = typer.Typer(
    name="qingling",
    help="清零：隐患从发现到销号 | Qingling: hazards from discovery to striking off",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="供机器读取 | for machines")]
Lang = Annotated[str, typer.Option(help="zh / en")]


@app.callback()
def districts(
    profiles: Annotated[
        Path | None,
        typer.Option(
            envvar="QINGLING_PROFILES_DIR",
            help="自有区级配置的文件夹（docs/new-district.md） | folder with districts of one's own",
        ),
    ] = None,
) -> None:
    """清零：隐患从发现到销号 | Qingling: hazards from discovery to striking off"""
    if profiles is not None:
        from profiles import places
        from profiles.mistakes import ProfileError

        try:
            places.use(profiles)
        except ProfileError as error:
            fail(str(error))
        os.environ["QINGLING_PROFILES_DIR"] = str(profiles.resolve())  # for the processes that we start


def main() -> None:
    """Entry point: anything the user can mend is one line and status 2.

    Leaves at once when the command is done: the Temporal client's own threads sometimes abort an
    interpreter that is taking itself apart, and the exit status is part of what we promise.
    """
    status = 0
    try:
        app()
    except SettingsError as error:
        print(error, file=sys.stderr)
        status = 2
    except SystemExit as done:
        if isinstance(done.code, str):
            print(done.code, file=sys.stderr)
        status = done.code if isinstance(done.code, int) else int(done.code is not None)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def fail(message: str, status: int = 2) -> NoReturn:
    print(message, file=sys.stderr)
    raise SystemExit(status)


def found_settings() -> Settings:
    """The settings; where the environment says nothing, the addresses of a system that ``up`` is running."""
    settings = load_settings()
    try:
        running = json.loads((settings.var_dir / "up.json").read_text())
    except (OSError, ValueError):
        return settings
    known = {name: value for name, value in running.items() if name not in settings.model_fields_set}
    return load_settings(**known)


# -- processes ---------------------------------------------------------------------------------------


@app.command()
def up(
    port: Annotated[int, typer.Option(help="接口端口 | port of the API")] = 8000,
    temporal_port: Annotated[int, typer.Option(help="Temporal 端口 | port of Temporal")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Temporal 页面端口 | port of Temporal's pages")] = 8233,
    sample: Annotated[bool, typer.Option(help="首次载入样例 | load the sample the first time")] = True,
) -> None:
    """在本机启动整套系统，Ctrl-C 停止 | start everything on this machine, Ctrl-C stops it."""
    from up import CannotStart, Ports, run

    try:
        run(
            load_settings(), Ports(port, temporal_port, ui_port), sample, lambda line: print(line, flush=True)
        )
    except CannotStart as error:
        fail(str(error), 1)


@app.command()
def worker() -> None:
    """运行工作进程 | run a worker."""
    from worker import serve

    settings = load_settings()
    configure_logging(settings.log_format)
    asyncio.run(serve(settings))


@app.command()
def api(
    host: Annotated[str | None, typer.Option(help="监听地址 | address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="监听端口 | port to listen on")] = None,
) -> None:
    """运行接口和页面 | run the API and the pages."""
    from api.server import serve
    from web.app import install

    given = {"api_host": host, "api_port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    configure_logging(settings.log_format)
    serve(settings, install)


@app.command()
def migrate() -> None:
    """更新数据库并发布随附的区级配置和工作日历 | migrate the database, publish shipped profiles and calendars."""
    from deployment import publish_shipped

    publish_shipped(load_settings())


@app.command()
def rebuild(as_json: AsJson = False) -> None:
    """由台账重建读模型，期间照常办理 | make the read model again from the ledger, while work goes on."""
    from deployment import rebuild_read_model

    done = rebuild_read_model(found_settings(), quiet=as_json)
    if as_json:
        print(json.dumps({"hazards": done.done, "events": done.events}))
        return
    print(
        f"已重建：{done.done} 件隐患，{done.events} 步 | made again: {done.done} hazards, {done.events} events"
    )


@app.command()
def namespace() -> None:
    """准备 Temporal 命名空间 | prepare the Temporal namespace (retention, search attributes)."""
    from deployment import prepare_namespace

    asyncio.run(prepare_namespace(load_settings()))


@app.command()
def healthcheck(part: Annotated[str, typer.Argument(help="api / worker")]) -> None:
    """供容器检查健康 | health check for containers; status 0 when healthy."""
    from deployment import healthy

    settings = load_settings()
    if part not in ("api", "worker"):
        fail(f"没有“{part}”，请用 api 或 worker | no part {part!r}: api or worker")
    if not healthy(settings, part):
        fail(f"{part} 未就绪 | {part} is not ready", 1)


# -- people ------------------------------------------------------------------------------------------


@app.command()
def token(
    unit: Annotated[str, typer.Option(help="单位名称或编号 | unit, by name or id")],
    role: Annotated[str, typer.Option(help="角色，如 liaison | role, e.g. liaison")],
    person: Annotated[str, typer.Option(help="人员代号，不用姓名 | opaque reference, not a name")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    post: Annotated[str, typer.Option(help="职务 | post")] = "",
    hours: Annotated[int, typer.Option(min=1, max=8760, help="有效小时数 | hours it is valid")] = 12,
) -> None:
    """签发访问令牌 | issue an access token."""
    from deployment import identity, seat
    from service.identity import NoSuchSeat

    try:
        principal = seat(profile, unit, role, person, post)
    except NoSuchSeat as error:
        fail(str(error))
    print(identity(load_settings()).issue(principal, timedelta(hours=hours)))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="xlsx、xls 或 csv 文件 | an xlsx, xls or csv file")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    channel: Annotated[str, typer.Option(help="发现渠道 | channel of discovery")] = "hotline",
    source: Annotated[
        str | None,
        typer.Option(help="来源名称，缺省为渠道名 | name of the source, the channel's when not given"),
    ] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="列名=字段 | column=field")] = None,
    sheet: Annotated[str | None, typer.Option(help="工作表 | sheet")] = None,
    as_json: AsJson = False,
) -> None:
    """导入外部工单，可重复运行 | import messages from a sheet; running it again adds nothing twice."""
    from intake.command import import_file

    raise SystemExit(
        import_file(
            file,
            profile=profile,
            channel=channel,
            source=source,
            mapping=map_ or [],
            sheet=sheet,
            settings=found_settings(),
            as_json=as_json,
        )
    )


contacts = typer.Typer(help="联络员填报表 | contact forms of the units", no_args_is_help=True)
app.add_typer(contacts, name="contacts")


@contacts.command("import")
def contacts_import(
    file: Annotated[Path, typer.Argument(help="xlsx、xls 或 csv 文件 | an xlsx, xls or csv file")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    sheet: Annotated[str | None, typer.Option(help="工作表 | sheet")] = None,
) -> None:
    """导入联络员填报表，原有的以新表为准 | import contact forms; a new one replaces the old."""
    from intake.contacts import import_contacts, told
    from intake.sheets import SheetError
    from storage.errors import StorageError

    try:
        outcome = import_contacts(file, profile, found_settings(), sheet)
    except (SheetError, StorageError) as error:
        fail(str(error))
    for line in told(outcome):
        print(line)
    raise SystemExit(1 if outcome.wrong or outcome.owing else 0)


@contacts.command("template")
def contacts_template(
    file: Annotated[Path, typer.Argument(help="写到哪个 xlsx 文件 | the xlsx file to write")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
) -> None:
    """导出空白填报表，须填报的单位各一行 | write an empty form, a row for each unit that owes one."""
    from intake.contacts import write_template
    from intake.sheets import SheetError
    from storage.errors import StorageError

    try:
        rows = write_template(file, profile, found_settings())
    except (SheetError, StorageError) as error:
        fail(str(error))
    print(f"已写出 {file}，{rows} 个单位 | wrote {file} with {rows} units")


@app.command()
def export(
    sheet: Annotated[Path, typer.Option(help="写入的文件，.xlsx 或 .csv | file to write, .xlsx or .csv")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    unit: Annotated[
        str | None,
        typer.Option(help="以哪个单位的身份查看，缺省为清零办 | unit that looks, the office when not given"),
    ] = None,
    role: Annotated[str, typer.Option(help="角色 | role")] = "office",
    person: Annotated[
        str, typer.Option(help="人员代号，涉密查阅留痕 | opaque reference, for the access log")
    ] = "command-line",
    open_: Annotated[bool, typer.Option("--open", help="只要未清零的 | only what is not cleared")] = False,
    overdue: Annotated[bool, typer.Option(help="只要超期的 | only what is overdue")] = False,
    text: Annotated[str | None, typer.Option(help="文字 | words")] = None,
    lang: Annotated[str, typer.Option(help="zh / en")] = "zh",
) -> None:
    """导出台账 | write the ledger of hazards to a sheet."""
    from deployment import office_of, seat
    from documents.command import export as write
    from service.identity import NoSuchSeat
    from storage.readmodel import Filters

    try:
        principal = seat(profile, unit or office_of(profile), role, person)
        filters = Filters(open=open_ or None, overdue=overdue or None, text=text)
        written = write(found_settings(), principal, sheet, filters, _language(lang))
    except (NoSuchSeat, ValueError, OSError) as error:
        fail(str(error))
    print(f"已导出 {written} 行：{sheet} | {written} rows written to {sheet}")


@app.command()
def bulletin(
    month: Annotated[str, typer.Option(help="月份，如 2026-09 | month, e.g. 2026-09")],
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    kind: Annotated[str, typer.Option(help="summary 汇总 / circular 通报")] = "summary",
    out: Annotated[Path, typer.Option(help="写入的目录 | folder to write to")] = Path(),
    lang: Annotated[str, typer.Option(help="zh / en")] = "zh",
) -> None:
    """编制每月汇总或通报（docx 和 PDF） | make the monthly summary or circular, docx and PDF."""
    from deployment import office_of, seat
    from documents.bulletin import parse_month
    from documents.command import bulletin_files
    from documents.fonts import NoChineseFont, substituted
    from service.identity import NoSuchSeat

    if kind not in ("summary", "circular"):
        fail(f"没有“{kind}”，请用 summary 或 circular | no kind {kind!r}: summary or circular")
    try:
        office = seat(profile, office_of(profile), "office", "command-line")
        period = parse_month(month)
        files = bulletin_files(
            found_settings(), office, period, "circular" if kind == "circular" else "summary",
            "en" if _language(lang) == "en" else "zh", out, datetime.now(UTC),
        )  # fmt: skip
    except (NoSuchSeat, NoChineseFont, ValueError, OSError) as error:
        fail(str(error))
    for file in files:
        print(file)
    for name, instead in substituted().items():
        print(f"PDF 用 {instead} 代替 {name} | the PDF has {instead} for {name}", file=sys.stderr)


def _language(lang: str) -> str:
    if lang not in ("zh", "en"):
        fail(f"没有语言“{lang}”，请用 zh 或 en | no language {lang!r}: zh or en")
    return lang


@app.command()
def forecast(
    hazard: Annotated[str, typer.Argument(help="隐患编号 | number of the hazard")],
    as_json: AsJson = False,
) -> None:
    """若无人办理，接下来会发生什么 | what happens next if nobody acts."""
    from deployment import stored_forecast
    from domain.organisation import Role, joined

    found = stored_forecast(found_settings(), hazard, datetime.now(UTC))
    if found is None:
        fail(f"没有隐患 {hazard} | there is no hazard {hazard}")
    organisation, foreseen = found
    if as_json:
        print(json.dumps([item.model_dump(mode="json") for item in foreseen], ensure_ascii=False, indent=1))
        return
    for item in foreseen:
        seats = [joined(organisation.name(to.unit), Role(to.role).zh) for to in item.notices]
        named = "、".join(seats[:3]) + (f" 等{len(seats)}处" if len(seats) > 3 else "")
        print(
            f"{item.at:%Y-%m-%d %H:%M}{'（暂定）' if item.provisional else ''}  {item.zh}{'  → ' + named if named else ''}"
        )
    if not foreseen:
        print("不会自动发生任何事 | nothing happens by itself")


@app.command()
def show(
    hazard: Annotated[str, typer.Argument(help="隐患编号 | number of the hazard")],
    at: Annotated[
        str | None,
        typer.Option(
            help="步序或时刻，如 7 或 2026-09-23T09:00+08:00 | a seq, or an instant with its offset"
        ),
    ] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """隐患现状，或当时的情形 | a hazard as it stands, or as it stood then."""
    from audit.casefile_cli import show_moment

    raise SystemExit(show_moment(found_settings(), hazard, at, lang, as_json))


@app.command()
def why(
    hazard: Annotated[str, typer.Argument(help="隐患编号 | number of the hazard")],
    seq: Annotated[int | None, typer.Argument(help="台账第几步，缺省为全部 | one step of the ledger")] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """每一步为何如此：依据、推算、送达 | why each event happened: rule, derivation, notices."""
    from audit.casefile_cli import tell_why

    raise SystemExit(tell_why(found_settings(), hazard, seq, lang, as_json))


@app.command("what-if")
def what_if(
    policy: Annotated[Path, typer.Option(help="另一份政策文件（yaml） | another policy file")],
    hazards: Annotated[
        list[str] | None, typer.Argument(help="隐患编号，缺省为全部 | numbers, all if none")
    ] = None,
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    since: Annotated[str | None, typer.Option(help="登记日期自（含） | reported from this day")] = None,
    until: Annotated[str | None, typer.Option(help="登记日期至（含） | reported up to this day")] = None,
    lang: Lang = "zh",
    as_json: AsJson = False,
) -> None:
    """若按另一份政策，哪些期限、升级、办理结果会不同；只读 | what would differ under another policy; read-only."""
    from audit.casefile_cli import Selection, tell_what_if

    which = Selection(hazards or [], profile, since, until)
    raise SystemExit(tell_what_if(found_settings(), policy, which, lang, as_json))


@app.command()
def notices(
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    state: Annotated[str | None, typer.Option(help="failed / waiting / sending / sent / lapsed")] = None,
    retry: Annotated[bool, typer.Option(help="重新投递无法送达的 | try dead letters again")] = False,
    try_: Annotated[
        str | None, typer.Option("--try", help="向一个端点发测试消息 | send a test message to an endpoint")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """站外通知的投递情况；有无法送达的则退出码为 1 | deliveries of notices; status 1 while there are dead letters."""
    from service.post import retry_all, show, try_endpoint

    settings = found_settings()
    if try_ is not None:
        raise SystemExit(try_endpoint(settings, try_))
    if retry:
        raise SystemExit(retry_all(settings, profile))
    raise SystemExit(show(settings, profile, state, as_json))


@app.command()
def dossier(
    hazard: Annotated[str, typer.Argument(help="隐患编号 | number of the hazard")],
    out: Annotated[
        Path, typer.Option(help="PDF、ZIP 或文件夹（两者都出） | a PDF, a ZIP, or a folder for both")
    ],
) -> None:
    """制作档案（PDF/A）及可自行核验的压缩包 | make the dossier, and a zip that verifies without us."""
    from audit.casefile_cli import write_dossier

    raise SystemExit(write_dossier(found_settings(), hazard, out))


@app.command("event-log")
def event_log(
    out: Annotated[Path, typer.Option(help="写入的文件 | file to write")],
    format: Annotated[str, typer.Option(help="ocel / xes")] = "ocel",
    profile: Annotated[str, typer.Option(help="区级配置 | profile")] = "qingpu",
    since: Annotated[str | None, typer.Option(help="登记日期自（含） | reported from this day")] = None,
    until: Annotated[str | None, typer.Option(help="登记日期至（含） | reported up to this day")] = None,
) -> None:
    """导出过程挖掘日志，不含人员和文字 | an event log for process mining, without persons or texts."""
    from audit.casefile_cli import Selection, write_export

    raise SystemExit(write_export(found_settings(), format, out, Selection((), profile, since, until)))


@app.command()
def check(
    folders: Annotated[list[Path], typer.Argument(help="区的文件夹 | folders of districts")],
    as_json: AsJson = False,
) -> None:
    """检查区级配置：能否装入，流程走不走得通 | check a district: whether it loads and no hazard can be stuck."""
    from profiles.account import account, lines
    from profiles.mistakes import ProfileError

    wrong = 0
    for folder in folders:
        try:
            found = account(folder)
        except ProfileError as error:
            print(error, file=sys.stderr)
            wrong += 1
            continue
        if as_json:
            print(json.dumps(found.model_dump(mode="json"), ensure_ascii=False))
        else:
            print("\n".join(lines(found)))
    raise SystemExit(2 if wrong else 0)


@app.command()
def drill(
    files: Annotated[list[Path], typer.Argument(help="情景文件 | scenario files")],
    engine: Annotated[bool, typer.Option(help="在真实的 Temporal 上运行 | on the real server")] = False,
    lang: Annotated[str, typer.Option(help="zh / en")] = "zh",
    as_json: AsJson = False,
) -> None:
    """按情景文件演练 | run scenario files."""
    from drill import exit_status, run

    if lang not in ("zh", "en"):
        fail(f"没有语言“{lang}”，请用 zh 或 en | no language {lang!r}: zh or en")
    results = run(files, engine, lang="en" if lang == "en" else "zh", tell=None if as_json else print)
    if as_json:
        print(
            json.dumps([result.model_dump(mode="json") for result in results], ensure_ascii=False, indent=1)
        )
    raise SystemExit(exit_status(results))


@app.command("load-calendar")
def load_calendar(
    files: Annotated[list[Path], typer.Argument(help="年度日历文件（yaml） | calendar files, one a year")],
) -> None:
    """发布新年度日历，并重算暂定期限 | publish a year's calendar and recompute provisional dates."""
    from deployment import publish_calendar
    from profiles.loader import ProfileError

    try:
        sent = asyncio.run(publish_calendar(found_settings(), files))
    except ProfileError as error:
        fail(str(error))
    print(
        f"已发布，{sent} 件隐患将重算暂定期限 | published; {sent} hazards count their provisional dates again"
    )


# -- auditors ----------------------------------------------------------------------------------------

Jobs = Annotated[int, typer.Option(min=1, max=64, help="进程数 | processes")]
From = Annotated[
    str,
    typer.Option("--from", help="历史来源 auto / server / archive | where histories come from"),
]


@app.command()
def verify(
    archive: Annotated[bool, typer.Option("--archive", help="只核验归档 | the archive alone")] = False,
    at: Annotated[
        Path | None, typer.Option(help="归档副本所在文件夹 | the folder of a copy of the archive")
    ] = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="另外信任的公钥（base64） | a public key to trust as well")
    ] = None,
    jobs: Jobs = 1,
    as_json: AsJson = False,
) -> None:
    """核验台账、读模型、规则、归档和签名 | verify ledgers, read model, rules, archive and signatures."""
    from audit.proofs_cli import verify_record

    raise SystemExit(
        verify_record(
            found_settings(), archive_only=archive, at=at, trust=trust or [], jobs=jobs, as_json=as_json
        )
    )


@app.command()
def replay(
    hazards: Annotated[list[str] | None, typer.Argument(help="隐患编号 | numbers of hazards")] = None,
    all_: Annotated[bool, typer.Option("--all", help="全部隐患 | every hazard")] = False,
    since: Annotated[
        str | None, typer.Option(help="此日以来有变动的 | those that moved since, e.g. 2026-09-01")
    ] = None,
    from_: From = "auto",
    jobs: Jobs = 1,
    as_json: AsJson = False,
) -> None:
    """在现有代码上复演历史，与台账逐步比对 | replay histories on today's code and compare with the record."""
    from audit.proofs_cli import parsed_since, replay_hazards

    try:
        moment = parsed_since(since) if since else None
    except ValueError:
        fail(f"“{since}”不是日期，如 2026-09-01 | {since!r} is no date, e.g. 2026-09-01")
    raise SystemExit(
        replay_hazards(
            found_settings(),
            hazards=hazards or [],
            everything=all_,
            since=moment,
            source=_source(from_),
            jobs=jobs,
            as_json=as_json,
        )
    )


@app.command()
def archive(
    hazards: Annotated[
        list[str] | None, typer.Argument(help="在办隐患也一并留存 | open hazards to copy as well")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """立即归档已结束的历史并签署清单（每晚自动进行） | archive what is finished now; every night does the same."""
    from audit.proofs_cli import archive_now

    raise SystemExit(archive_now(found_settings(), hazards=hazards or [], as_json=as_json))


@app.command()
def repair(
    hazard: Annotated[str, typer.Argument(help="隐患编号 | number of the hazard")],
    from_: From = "auto",
) -> None:
    """断电后台账与历史不齐的，以一方补足另一方 | after a power cut, mend the ledger from the history or the other way."""
    from audit.proofs_cli import repair_hazard

    raise SystemExit(repair_hazard(found_settings(), hazard, _source(from_)))


def _source(said: str) -> str:
    if said not in ("auto", "server", "archive"):
        fail(f"没有来源“{said}”，请用 auto、server 或 archive | no source {said!r}: auto, server or archive")
    return said


if __name__ == "__main__":
    main()
