"""The command line. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from beboersim import __version__
from beboersim.errors import InputError, meant
from beboersim.experiments.options import FIRST_START, LAST_START, LAST_YEAR, MOST_REPLICATIONS, MOST_SEED

if TYPE_CHECKING:
    from beboersim.evidence.areas import AreaRow
    from beboersim.experiments.options import RunOptions
    from beboersim.policy.catalogue import Preset
    from beboersim.show.sweep import SweepOptions

# The equations of a town are small: several threads would only wait for each other where the machine is busy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

Command = TypeVar("Command", bound=Callable[..., Any])

# Without a command, click 8.2 and later raise this to show the help; an earlier click shows it by itself.
NO_COMMAND: tuple[type[Exception], ...] = tuple(filter(None, [getattr(click.exceptions, "NoArgsIsHelpError", None)]))


class Unexpected(click.ClickException):
    """A failure that is not the user's: exit code 1."""

    exit_code = 1


class Commands(click.Group):
    """The commands; a failure nobody foresaw is told in two sentences and not as a traceback."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise in_a_sentence(error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise in_a_sentence(error) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            if ctx.params["debug"]:
                raise
            raise Unexpected(f"the computer refused: {error}.") from error
        except Exception as error:
            if ctx.params["debug"]:
                raise
            raise Unexpected(
                f"beboersim failed, and it is not your input: {type(error).__name__}: {error}. "
                "Report it to the project with the command and what `beboersim --debug ...` prints."
            ) from error


def in_a_sentence(error: click.UsageError) -> click.ClickException:
    """Return click's complaint about an option or argument as every other mistake is told: in a line, not in four."""
    if isinstance(error, NO_COMMAND):
        return error
    more = f" `{error.ctx.command_path} --help` says what is valid." if error.ctx else ""
    return InputError(" ".join(error.format_message().split()) + more)


def example(*lines: str) -> str:
    """Return an epilog that is shown as it stands."""
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def option_lang(command: Command) -> Command:
    """Add the language of what people read."""
    return click.option(
        "--lang", type=click.Choice(["en", "da"]), default="en", show_default=True, help="Language: English or Danish."
    )(command)


def option_json(command: Command) -> Command:
    """Add the choice of JSON for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, with both languages.")(command)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=example("beboersim run law --place Svendborg --scale 0.1 --from 2015 --until 2016"),
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the whole traceback if beboersim itself fails.")
def main(debug: bool) -> None:
    """Simulate who lives where: rules for Denmark's disadvantaged social-housing areas, and what they do.

    Results go to standard output, progress to standard error. Exit code 0 is done, 1 failed, 2 your input is wrong.
    """


@main.command(epilog=example("beboersim levers --lang da"))
@option_lang
@option_json
def levers(lang: str, as_json: bool) -> None:
    """List the levers and switches: what a policy decides, and which mechanisms the model has."""
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table

    if as_json:
        print_json(catalogues.quantities_as_json("lever", "switch"))
    else:
        print_table(*catalogues.quantities(lang, "lever", "switch"))


@main.command(epilog=example("beboersim parameters --json"))
@option_lang
@option_json
def parameters(lang: str, as_json: bool) -> None:
    """List the parameters: what nobody decides, with their range and presets."""
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table

    if as_json:
        print_json(catalogues.quantities_as_json("parameter"))
    else:
        print_table(*catalogues.quantities(lang, "parameter"))


@main.command(epilog=example("beboersim scenarios", "beboersim scenarios no-cut"))
@click.argument("name", required=False)
@option_lang
@option_json
def scenarios(name: str | None, lang: str, as_json: bool) -> None:
    """List the shipped scenarios, or show what one sets: lever, value, dates, places.

    NAME is a shipped scenario or a file of your own.
    """
    from beboersim.policy.scenario import Scenario, shipped_scenarios
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table
    from beboersim.show.words import word

    if name is None:
        if as_json:
            print_json([catalogues.scenario_as_json(one) for one in shipped_scenarios()])
        else:
            print_table(*catalogues.scenarios(lang))
        return
    one = Scenario.load(name)
    if as_json:
        print_json(catalogues.scenario_as_json(one))
        return
    click.echo(f"{one.id}: {one.name.in_language(lang)}")
    if one.about:
        click.echo(one.about.in_language(lang))
    if one.changes:
        print_table(*catalogues.scenario(one, lang))
    else:
        click.echo(word("text.no_changes", lang))


@main.command(epilog=example("beboersim places"))
@option_lang
@option_json
def places(lang: str, as_json: bool) -> None:
    """List the municipalities that --place takes, with the areas that have published figures."""
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table

    if as_json:
        print_json(catalogues.places_as_json())
    else:
        print_table(*catalogues.places(lang))


@main.command(epilog=example("beboersim metrics --lang da"))
@option_lang
@option_json
def metrics(lang: str, as_json: bool) -> None:
    """List what is computed from a run, with unit, formula and meaning."""
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table

    if as_json:
        print_json(catalogues.metrics_as_json())
    else:
        print_table(*catalogues.metrics(lang))


@main.command(epilog=example("beboersim check my-scenario.toml my-areas.csv"))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--areas", metavar="FILE", help="Table of areas whose names a scenario may use.")
@click.option("--quiet", is_flag=True, help="Say nothing of files that are right.")
@option_json
def check(files: tuple[str, ...], areas: str | None, quiet: bool, as_json: bool) -> None:
    """Say whether scenarios and experiments (.toml) and tables of areas (.csv) are right, and if not, where and why."""
    from beboersim.show.tables import print_json

    names = {row.area for row in _areas(areas)} if areas else set()
    verdicts = [(file, _mistake(file, names)) for file in files]
    if as_json:
        print_json([{"file": file, "ok": mistake is None, "error": mistake} for file, mistake in verdicts])
    for file, mistake in verdicts:
        if mistake is not None:
            click.echo(f"Error: {mistake}", err=True)
        elif not (quiet or as_json):
            click.echo(f"{file}: ok")
    if any(mistake is not None for _, mistake in verdicts):
        raise click.exceptions.Exit(InputError.exit_code)


def _mistake(file: str, areas: set[str]) -> str | None:
    """Return what is wrong with a file, or None."""
    from beboersim.experiments.experiment import Experiment
    from beboersim.policy.scenario import Scenario

    suffix = Path(file).suffix.lower()
    try:
        if suffix == ".csv":
            _areas(file)
        elif suffix == ".toml" and _is_experiment(file):
            Experiment.load(Path(file))
        elif suffix == ".toml":
            Scenario.load(Path(file), areas)
        else:
            return f"{file} is neither a scenario (.toml) nor a table of areas (.csv)."
    except InputError as error:
        return str(error)
    return None


def _is_experiment(file: str) -> bool:
    """Say whether a TOML file is an experiment; whatever is wrong with it is said by who reads it."""
    from beboersim.policy.toml_lines import text_of

    return any(line.strip().startswith("[experiment]") for line in text_of(Path(file)).splitlines())


@main.group(
    epilog=example(
        "beboersim explain month", "beboersim explain claims", "beboersim explain household --list --run results"
    )
)
def explain() -> None:
    """Explain how the model works, what is claimed and what acts, and what happened to a household in a run."""


@explain.command(epilog=example("beboersim explain month --lang da"))
@option_lang
@option_json
def month(lang: str, as_json: bool) -> None:
    """Print what happens in a month, in its order, and where origin is read."""
    from beboersim.show import catalogues
    from beboersim.show.tables import print_json, print_table
    from beboersim.show.words import word

    processes = catalogues.month()
    if as_json:
        readings = catalogues.origin_as_json()
        print_json(
            [
                one | {"reads_origin": [read for read in readings if read["process"] == one["process"]]}
                for one in processes
            ]
        )
        return
    headers = [word(f"table.{key}", lang) for key in ("order", "process", "label")]
    says = [one["says"] if lang == "en" else word(f"process.{one['process']}", lang) for one in processes]
    print_table(headers, [[str(n), one["process"], says[n - 1]] for n, one in enumerate(processes, start=1)])
    click.echo()
    click.echo(word("origin.heading", lang))
    print_table(*catalogues.origin(lang))


@explain.command(epilog=example("beboersim explain claims", "beboersim explain claims C-43 --lang da"))
@click.argument("claim", required=False, metavar="[ID]")
@option_lang
@option_json
def claims(claim: str | None, lang: str, as_json: bool) -> None:
    """List the claims of the two documents, or tell one: mechanism, where it acts, evidence, values, tests.

    ID is C-01 to C-57 for the council's paper, A-01 to A-25 for the article on social work.
    """
    from beboersim.show.claims import claims_command

    claims_command(claim, lang, as_json)


@explain.command(
    epilog=example(
        "beboersim run law --place Svendborg --scale 0.1 --until 2020 --out results",
        "beboersim explain household --list --run results",
        "beboersim explain household 123456789 --run results --lang da",
    )
)
@click.argument("household", required=False, metavar="[ID]")
@click.argument("run", required=False, metavar="[RUN_ID]")
@click.option("--run", "folder", metavar="DIR", help="Folder of results that `--out` wrote.")
@click.option("--list", "listed", is_flag=True, help="List the ids of the households to which most happens.")
@click.option("--areas", metavar="FILE", help="The table of areas, if the run had one of its own.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@option_lang
@option_json
def household(
    household: str | None,
    run: str | None,
    folder: str | None,
    listed: bool,
    areas: str | None,
    quiet: bool,
    lang: str,
    as_json: bool,
) -> None:
    """Tell the life of a household in a run: moves, offers, work, births and deaths, and why.

    The run is repeated with its log on. ID is the household's id; --list shows some. RUN_ID is needed where the folder
    holds several runs.
    """
    if folder is None:
        raise InputError("--run is missing: give the folder of results that `--out` wrote.")
    table = None if areas is None else Path(areas)
    if listed:
        if run is not None:
            raise InputError(f"{run}: --list takes one RUN_ID and no household.")
        from beboersim.show.life import list_command

        list_command(Path(folder), household, table, lang, as_json, quiet)
        return
    if household is None:
        raise InputError("no household is given. `beboersim explain household --list --run DIR` lists ids.")
    if not household.isascii() or not household.isdigit():
        raise InputError(f"{household} is not the id of a household: a whole number, such as --list shows.")

    from beboersim.show.life import tell_command

    tell_command(int(household), Path(folder), run, table, lang, as_json, quiet)


@main.group(epilog=example("beboersim law show --on 2019-12-01", "beboersim law lists my-areas.csv --on 2018-12-01"))
def law() -> None:
    """The Danish law on listed areas and letting since 2010, by itself: lists, letting, and the rules of a day."""


@law.command(
    "lists",
    epilog=example(
        "beboersim law lists",
        "beboersim law lists my-areas.csv --on 2018-12-01",
        "beboersim law lists my-areas.csv --on 2022-12-01 --rules all --lang da",
    ),
)
@click.argument("file", required=False, metavar="[FILE.csv]")
@click.option("--on", metavar="DATE", help="Day of the list; without it, each row by the rules of its own year.")
@click.option("--rules", metavar="NAME", help="A rule set by name, `all` to compare them, or a file of your own.")
@click.option("--national", metavar="PCT", help="Convicted residents 18+ in the nation, %, mean of two years.")
@option_lang
@option_json
def law_lists(
    file: str | None, on: str | None, rules: str | None, national: str | None, lang: str, as_json: bool
) -> None:
    """Say which areas of a table are on the list, and how many residents each is from the line.

    FILE has the columns of area_criteria.csv (docs/data.md); without it the official lists of 2010-2015 are read.
    """
    day = None if on is None else _day("--on", on)
    share = None if national is None else _percent("--national", national)

    from beboersim.show.law_lists import lists_command

    lists_command(None if file is None else Path(file), day, rules, share, lang, as_json)


@law.command(
    "letting",
    epilog=example("beboersim law letting --example > case.toml", "beboersim law letting case.toml --lang da"),
)
@click.argument("case", required=False, metavar="CASE.toml")
@click.option("--example", "show_example", is_flag=True, help="Print a case to start from, with every key explained.")
@option_lang
@option_json
def law_letting(case: str | None, show_example: bool, lang: str, as_json: bool) -> None:
    """Say who gets a vacant dwelling, by which route, and for every other applicant why not.

    CASE holds a vacancy, its area and status, what is agreed, and the applicants.
    """
    from beboersim.show.law_letting import example_case, letting_command

    if show_example:
        click.echo(example_case(), nl=False)
    elif case is None:
        raise InputError("no case is given. `beboersim law letting --example` prints one to start from.")
    else:
        letting_command(case, lang, as_json)


@law.command(
    "show",
    epilog=example("beboersim law show --on 2019-12-01 --area-status udsat+ghetto", "beboersim law show --lang da"),
)
@click.option("--on", metavar="DATE", help="Day; without it, the last day for which the law was read.")
@click.option("--area-status", metavar="STATUS", help="Only what holds in an area with this status, such as udsat.")
@option_lang
@option_json
def law_show(on: str | None, area_status: str | None, lang: str, as_json: bool) -> None:
    """Print the rules in force on a day as sentences, each with its paragraph."""
    from beboersim.law.dated import LAW_READ_UNTIL
    from beboersim.show import law as shown_law
    from beboersim.show.tables import print_json

    day = LAW_READ_UNTIL if on is None else _day("--on", on)
    status = None if area_status is None else _status("--area-status", area_status)
    if as_json:
        print_json(shown_law.show_as_json(day, status))
    else:
        shown_law.print_show(day, status, lang)


@law.command(
    "diff", epilog=example("beboersim law diff 2018-11-30 2018-12-01", "beboersim law diff 2014 2022 --lang da")
)
@click.argument("first", metavar="DATE1")
@click.argument("second", metavar="DATE2")
@option_lang
@option_json
def law_diff(first: str, second: str, lang: str, as_json: bool) -> None:
    """Print what changed in the law between two days: what is new, what is different, and what ended."""
    from beboersim.show import law as shown_law
    from beboersim.show.tables import print_json

    days = _day("DATE1", first), _day("DATE2", second)
    if as_json:
        print_json(shown_law.diff_as_json(*days))
    else:
        shown_law.print_diff(*days, lang)


@law.command("coverage", epilog=example("beboersim law coverage --lang da"))
@option_lang
@option_json
def law_coverage(lang: str, as_json: bool) -> None:
    """List every rule that is held: paragraph, from, until, source, how well it was read, and where it acts."""
    from beboersim.show import law as shown_law
    from beboersim.show.tables import print_json, print_table

    if as_json:
        print_json([shown_law.entry_as_json(entry) for entry in shown_law.register()])
    else:
        print_table(*shown_law.coverage(lang))


def _percent(option: str, text: str) -> float:
    """Return a percentage as a share; the decimal mark may be a comma."""
    try:
        value = float(text.replace(",", ".").strip().removesuffix("%"))
    except ValueError:
        raise InputError(f"{option} {text} is not a number. A percentage is written 0.66.") from None
    if not 0.0 < value <= 100.0:
        raise InputError(f"{option} {text} is not above 0 and at most 100. A percentage is written 0.66.")
    return value / 100.0


def _status(option: str, text: str) -> str:
    """Return a status in the words of the column listed_as."""
    from beboersim.evidence.areas import STATUS_CODES

    words = [one.strip().casefold() for one in text.split("+")]
    for one in words:
        if one not in STATUS_CODES:
            near = meant(one, STATUS_CODES) or f" Known are {', '.join(STATUS_CODES)}, joined by +."
            raise InputError(f"{option} {text}: {one or 'an empty text'} is not a status.{near}")
    return "+".join(words)


@main.command("warm-up", epilog=example("beboersim warm-up"))
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def warm_up(quiet: bool) -> None:
    """Compile the model now, once, so that the first run starts at once."""
    from beboersim import town

    if not quiet:
        from beboersim.show.words import word

        click.echo(word("text.compiling", "en"), err=True)
    town.warm_up()


def options_of_a_run(command: Command) -> Command:
    """Add the options that `run` and `compare` share."""
    shared = (
        click.option("--place", "places", multiple=True, metavar="NAME", help="Municipality; may be repeated."),
        click.option(
            "--from",
            "start",
            default="2015",
            show_default=True,
            metavar="DATE",
            help="First day; a year means 1 January.",
        ),
        click.option(
            "--until", default="2025", show_default=True, metavar="DATE", help="Day after the last; never included."
        ),
        click.option(
            "--seed", default=1, show_default=True, type=click.IntRange(0, MOST_SEED), help="Address of chance."
        ),
        click.option(
            "--scale", default=1.0, show_default=True, type=float, help="Share of the households simulated; 1 is all."
        ),
        click.option("--preset", default="central", show_default=True, help="Which reading of contested evidence."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="NAME=VALUE",
            help="Set a lever, switch or parameter for the whole run; may be repeated.",
        ),
        click.option("--areas", metavar="FILE", help="Your own table of areas (CSV) instead of the shipped lists."),
        click.option(
            "--workers", type=click.IntRange(min=1), help="Processes at once.  [default: one for each processor]"
        ),
        click.option("--out", metavar="DIR", help="Folder for the results (Parquet and provenance)."),
        click.option("--quiet", is_flag=True, help="No progress on standard error."),
        option_lang,
        click.option("--json", "as_json", is_flag=True, help="Print the results as JSON."),
    )
    for add in reversed(shared):
        command = add(command)
    return command


@main.command(
    epilog=example(
        "beboersim run law --place Svendborg --scale 0.1 --from 2015 --until 2016",
        "beboersim run my-scenario.toml --place Aarhus --set letting.flexible_share=0.5 --out results",
    )
)
@click.argument("scenario")
@options_of_a_run
def run(scenario: str, **given: Any) -> None:
    """Run one SCENARIO, a shipped name or a file of your own, and print what happened."""
    options = _options((scenario,), replications=1, **given)
    from beboersim.show.commands import run_command

    run_command(options)


@main.command(
    epilog=example("beboersim compare law no-cut flexible-wide --place Aarhus --replications 20 --out results")
)
@click.argument("scenarios", nargs=-1, required=True, metavar="BASELINE SCENARIO...")
@click.option(
    "--replications",
    default=10,
    show_default=True,
    type=click.IntRange(1, MOST_REPLICATIONS),
    help="Runs of each scenario, on seeds S, S+1, ...",
)
@click.option("--lives", is_flag=True, help="Follow whom only one world refused, rehoused or reached; runs twice.")
@options_of_a_run
def compare(scenarios: tuple[str, ...], replications: int, lives: bool, **given: Any) -> None:
    """Compare scenarios on the same seeds; the first is the baseline."""
    if len(scenarios) < 2:
        raise InputError(f"only {scenarios[0]} is given: compare takes a baseline and at least one scenario.")
    options = _options(scenarios, replications=replications, **given)
    from beboersim.show.commands import compare_command

    compare_command(options, lives)


@main.command(
    epilog=example(
        "beboersim sweep letting-grid --out results",
        "beboersim sweep my-experiment.toml --out results --workers 8",
        "beboersim sweep my-experiment.toml --out results --status --json",
    )
)
@click.argument("experiment", metavar="EXPERIMENT")
@click.option("--out", metavar="DIR", help="Folder for the results; a sweep that is there is continued.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes at once.  [default: one for each processor]")
@click.option(
    "--executor", type=click.Choice(["processes", "dask"]), default="processes", show_default=True,
    help="Processes of this machine, or the workers of a dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Address of a running dask scheduler, such as tcp://host:8786.")
@click.option("--shard", metavar="I/N", help="Run only part I of N, as one of an array of jobs.")
@click.option("--limit", type=click.IntRange(min=1), help="Run at most so many runs now.")
@click.option("--again", is_flag=True, help="Try again what failed.")
@click.option("--status", is_flag=True, help="Only say how far it is.")
@click.option("--dry-run", is_flag=True, help="Only say how many runs there are; time and disk as measured on one.")
@click.option("--only", metavar="RUN_ID", help="Run one run alone, here, and keep nothing.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@option_lang
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def sweep(experiment: str, **given: Any) -> None:
    """Run all runs of an EXPERIMENT, a shipped name or a file of your own, into a folder.

    It can be stopped at any moment, by whatever means; the same command goes on where it was.
    """
    options = _sweep_options(experiment, **given)
    from beboersim.show.sweep import sweep_command

    sweep_command(options)


@main.command(epilog=example("beboersim analyse results --lang da", "beboersim analyse results --json"))
@click.argument("folder", metavar="DIR")
@click.option(
    "--smallest", default=0.0, show_default=True, type=click.FloatRange(min=0.0),
    help="Size of an effect that matters, in its unit: beliefs are told where it falls below.",
)
@click.option("--quiet", is_flag=True, help="Do not name the files.")
@option_lang
@option_json
def analyse(folder: str, smallest: float, quiet: bool, lang: str, as_json: bool) -> None:
    """Say what the results of a sweep show, and how sure that is; write tables and figures to DIR/analysis."""
    from beboersim.show.analyse import analyse_command

    analyse_command(Path(folder), smallest, lang, as_json, quiet)


def _sweep_options(
    name: str,
    *,
    out: str | None,
    workers: int | None,
    executor: Literal["processes", "dask"],
    scheduler: str | None,
    shard: str | None,
    limit: int | None,
    again: bool,
    status: bool,
    dry_run: bool,
    only: str | None,
    quiet: bool,
    lang: str,
    as_json: bool,
) -> SweepOptions:
    """Return what was asked of a sweep, checked."""
    if scheduler is not None and executor != "dask":
        raise InputError("--scheduler is for --executor dask.")
    if sum((status, dry_run, only is not None)) > 1:
        raise InputError("--status, --dry-run and --only are asked one at a time.")
    if out is None and not (dry_run or only is not None):
        raise InputError("no folder is given: --out results.")
    part = None if shard is None else _shard(shard)

    from beboersim.experiments.experiment import Experiment
    from beboersim.experiments.sweep import How
    from beboersim.show.sweep import SweepOptions

    return SweepOptions(
        experiment=Experiment.load(name),
        out=None if out is None else _folder(out),
        how=How(workers or _processors(), executor, scheduler, part, limit, again),
        status=status,
        dry_run=dry_run,
        only=only,
        quiet=quiet,
        lang=lang,
        json=as_json,
    )


def _shard(text: str) -> tuple[int, int]:
    try:
        part, parts = (int(number) for number in text.split("/"))
    except ValueError:
        raise InputError(f"--shard {text} is not a part of a whole. The second of four is written 2/4.") from None
    if not 1 <= part <= parts:
        raise InputError(f"--shard {text} is not among 1/{parts} to {parts}/{parts}.")
    return part, parts


def _options(
    names: tuple[str, ...],
    *,
    replications: int,
    places: tuple[str, ...],
    start: str,
    until: str,
    seed: int,
    scale: float,
    preset: str,
    settings: tuple[str, ...],
    areas: str | None,
    workers: int | None,
    out: str | None,
    quiet: bool,
    lang: str,
    as_json: bool,
) -> RunOptions:
    """Return what was asked for, checked."""
    if not 0.0 < scale <= 1.0:
        raise InputError(f"--scale {scale:g} is not above 0 and at most 1. 0.1 is every tenth household.")
    if seed + replications - 1 > MOST_SEED:
        raise InputError(f"--seed {seed} leaves no room for {replications} replications below 2 to the power of 64.")
    first, last = _day("--from", start), _day("--until", until)

    from beboersim.experiments.options import RunOptions
    from beboersim.policy.scenario import Scenario
    from beboersim.policy.settings import parse_settings

    chosen = _preset(preset)
    towns = _towns(places)
    rows = _areas(areas)
    _check_years(first, last, _last_start(rows) if areas else LAST_START)
    if areas:
        _check_table(areas, rows, towns, first.year)
    loaded = tuple(Scenario.load(name, {row.area for row in rows}) for name in names)
    ids = [one.id for one in loaded]
    for one in loaded:
        if ids.count(one.id) > 1:
            raise InputError(f"two scenarios are called {one.id}. Results are told apart by name: rename a file.")
        one.check_dates(first, last)
        one.check_places({town: {row.area for row in rows if row.municipality == town} for town in towns})
    return RunOptions(
        scenarios=loaded,
        places=towns,
        start=first,
        until=last,
        seed=seed,
        replications=replications,
        scale=scale,
        preset=chosen,
        settings=parse_settings(settings),
        areas=Path(areas) if areas else None,
        workers=workers or _processors(),
        out=_folder(out) if out is not None else None,
        quiet=quiet,
        lang=lang,
        json=as_json,
    )


def _day(option: str, text: str) -> date:
    """Return a date; a year means its 1 January."""
    try:
        return date(int(text), 1, 1) if len(text) == 4 else date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{option} {text} is not a date. A date is written 2015-01-01, or 2015 for its 1 January."
        ) from None


def _check_years(first: date, last: date, last_start: int) -> None:
    if (first.month, first.day) != (1, 1) or not FIRST_START <= first.year <= last_start:
        raise InputError(
            f"--from {first}: a run starts on 1 January of a year from {FIRST_START} to {last_start}, "
            "the years that the table of areas can fill a town for."
        )
    if last.day != 1:
        raise InputError(f"--until {last}: a run ends with a month, so --until is the first of one.")
    if not first < last <= date(LAST_YEAR, 1, 1):
        raise InputError(f"--until {last} is not after --from {first} and at most {LAST_YEAR}-01-01.")


def _last_start(rows: tuple[AreaRow, ...]) -> int:
    """Return the last year that a table of areas and the figures of the municipalities can fill a town for."""
    from beboersim.evidence.municipalities import AGE_YEARS

    return min(max(LAST_START, max(row.year for row in rows)), AGE_YEARS[1])


def _check_table(areas: str, rows: tuple[AreaRow, ...], towns: tuple[str, ...], year: int) -> None:
    """Refuse a table that has areas in the towns of the run, and none of them in the year it starts."""
    from beboersim.evidence.areas import areas_in

    years = sorted({row.year for row in rows if row.municipality in towns})
    if years and not any(row.municipality in towns for row in areas_in(year, rows)):
        raise InputError(
            f"{areas}: no area in {', '.join(towns)} belongs to {year}, in which the run starts. "
            f"The table has rows for {', '.join(map(str, years))}."
        )


def _preset(given: str) -> Preset:
    from beboersim.policy.catalogue import PRESETS

    for preset in PRESETS:
        if preset == given:
            return preset
    raise InputError(f"--preset {given} is not a preset.{meant(given, PRESETS)} The presets are {', '.join(PRESETS)}.")


def _towns(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the municipalities by their right names, each once, in the order given."""
    from beboersim.evidence.municipalities import municipality

    if not any(name.strip() for name in given):
        raise InputError("no municipality is given: --place Svendborg. `beboersim places` lists all.")
    return tuple(dict.fromkeys(municipality(name).name for name in given))


def _areas(path: str | None) -> tuple[AreaRow, ...]:
    from beboersim.evidence.areas import read_areas

    return read_areas(Path(path) if path else None)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _folder(given: str) -> Path:
    """Return the folder for results, if it is one or can be made."""
    if not given.strip():
        raise InputError("--out is empty. Give the name of a folder.")
    folder = Path(given)
    try:
        nearest = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
    except (OSError, ValueError) as error:
        raise InputError(f"--out {given}: {getattr(error, 'strerror', None) or error}. Give another name.") from None
    if not nearest.is_dir():
        raise InputError(f"--out {given}: {nearest} is a file, not a folder. Give another name.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise InputError(f"--out {given}: you may not write in {nearest}.")
    return folder
