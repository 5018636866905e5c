"""What `sweep` says while it runs, and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import click

from beboersim.experiments import parts
from beboersim.experiments import sweep as sweeping
from beboersim.experiments.experiment import Experiment
from beboersim.experiments.provenance import data_version, package_version
from beboersim.experiments.sweep import Ended, How, State
from beboersim.show.tables import print_json
from beboersim.show.words import word

BETWEEN_LINES = 30.0  # seconds between two plain lines


class Failed(click.ClickException):
    """The sweep ended and is not whole: exit code 1."""

    exit_code = 1


@dataclass(frozen=True)
class SweepOptions:
    """What was asked of `sweep`, checked."""

    experiment: Experiment
    out: Path | None
    how: How
    status: bool = False
    dry_run: bool = False
    only: str | None = None
    quiet: bool = False
    lang: str = "en"
    json: bool = False


def sweep_command(options: SweepOptions) -> None:
    """Run the sweep, or say how far it is or how long it will take."""
    if options.only is not None:
        seconds = sweeping.run_alone(options.experiment, options.only)
        click.echo(word("sweep.alone", options.lang).format(run=options.only, time=time_words(seconds, options.lang)))
    elif options.status:
        _status(options)
    elif options.dry_run:
        _dry_run(options)
    else:
        _sweep(options)


def _status(options: SweepOptions) -> None:
    assert options.out is not None
    found = sweeping.status(options.experiment, options.out)
    if options.json:
        print_json(found)
    else:
        click.echo(word("sweep.status", options.lang).format(**found))


def _dry_run(options: SweepOptions) -> None:
    lang = options.lang
    _say_compiling(options)
    found = sweeping.dry_run(options.experiment, options.out, options.how.workers)
    if options.json:
        print_json(found._asdict())
        return
    if found.seconds_a_run is None or found.bytes_a_run is None or found.seconds is None or found.bytes is None:
        click.echo(word("sweep.dry_none", lang).format(total=found.total))
        return
    click.echo(
        word("sweep.dry", lang).format(
            total=found.total, left=found.left, workers=options.how.workers,
            each=time_words(found.seconds_a_run, lang), size=size_words(found.bytes_a_run),
            time=time_words(found.seconds, lang), all_size=size_words(found.bytes),
        )
    )  # fmt: skip


def _sweep(options: SweepOptions) -> None:
    folder, lang, experiment = options.out, options.lang, options.experiment
    assert folder is not None

    def warn(settled: parts.Settled) -> None:
        if options.quiet:
            return
        now = f"{package_version()} (data {data_version()})"
        total = len(experiment.planned())
        says = [
            word("sweep.heading", lang).format(
                name=experiment.name.in_language(lang), runs=total, policies=len(experiment.policies),
                futures=len(experiment.futures), seeds=experiment.replications, left=total - len(settled.ids),
                places=", ".join(experiment.places[0]) if len(experiment.places) == 1 else "1/" + str(
                    len(experiment.places)),
            )
        ]  # fmt: skip
        if settled.ids:
            says.append(word("sweep.continued", lang).format(n=len(settled.ids)))
        if settled.set_aside:
            says.append(word("sweep.set_aside", lang).format(n=settled.set_aside))
        if settled.damaged:
            says.append(word("sweep.damaged", lang).format(n=settled.damaged))
        if settled.other_versions:
            says.append(word("sweep.other_version", lang).format(before=", ".join(settled.other_versions), now=now))
        for line in says:
            click.echo(line, err=True)
        if len(settled.ids) < total:
            _say_compiling(options)

    try:
        with _telling(options) as tell:
            ended = sweeping.sweep(experiment, folder, options.how, tell, warn)
    except OSError as error:
        raise Failed(word("sweep.stopped", lang).format(why=error.strerror or error)) from None
    _say_end(options, folder, ended)


def _say_end(options: SweepOptions, folder: Path, ended: Ended) -> None:
    lang, state = options.lang, ended.state
    if options.json:
        about = {"out": str(folder), "done": state.done, "failed": state.failed, "total": state.total}
        print_json(about | {"replications": ended.replications, "half_width_reached": ended.reached})
    else:
        click.echo(word("sweep.ended", lang).format(folder=folder, **_counts(state)))
        if ended.reached is not None:
            key = "sweep.reached" if ended.reached else "sweep.not_reached"
            click.echo(word(key, lang).format(n=ended.replications))
    if state.failed:
        rows = parts.all_runs(folder).to_pylist()
        first = next(row for row in rows if row["status"] == "failed")
        said = word("sweep.failures", lang)
        raise Failed(said.format(n=state.failed, message=first["message"], command=first["command"]))


def _counts(state: State) -> dict[str, int]:
    return {"done": state.done, "failed": state.failed, "total": state.total}


def _say_compiling(options: SweepOptions) -> None:
    from beboersim.kernel import is_compiled

    if not (options.quiet or options.how.executor == "dask" or is_compiled()):
        click.echo(word("text.compiling", options.lang), err=True)


@contextmanager
def _telling(options: SweepOptions) -> Iterator[Callable[[State], None]]:
    """Tell how far it is on standard error: a bar on a terminal, and a plain line now and then elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    lang = options.lang
    console = Console(stderr=True)
    if options.quiet:
        yield lambda _: None
    elif console.is_terminal:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                   TextColumn("{task.fields[more]}"))  # fmt: skip
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(word("sweep.progress", lang), total=1, more="")

            def show(state: State) -> None:
                failed = word("sweep.failed_so_far", lang).format(failed=state.failed)
                more = f"{time_words(state.left, lang)} · {failed}" if state.failed else time_words(state.left, lang)
                bar.update(task, completed=state.done + state.failed, total=state.total, more=more)

            yield show
    else:
        last = monotonic()

        def line(state: State) -> None:
            nonlocal last
            whole = state.done + state.failed == state.total
            if state.fresh and (whole or monotonic() - last >= BETWEEN_LINES):
                last = monotonic()
                left = time_words(state.left, lang)
                click.echo(word("sweep.line", lang).format(left=left, **_counts(state)), err=True)

        yield line


def time_words(seconds: float | None, lang: str) -> str:
    """Return a length of time as it is said: 0.4 s, 12 s, 7 min, 5.2 h."""
    if seconds is None:
        return word("sweep.unknown_time", lang)
    mark = "," if lang == "da" else "."
    if seconds < 10:
        return word("sweep.seconds", lang).format(n=f"{seconds:.1f}".replace(".", mark))
    if seconds < 120:
        return word("sweep.seconds", lang).format(n=f"{seconds:.0f}")
    if seconds < 7200:
        return word("sweep.minutes", lang).format(n=f"{seconds / 60:.0f}")
    return word("sweep.hours", lang).format(n=f"{seconds / 3600:.1f}".replace(".", mark))


def size_words(size: int) -> str:
    """Return a number of bytes as it is said."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"
