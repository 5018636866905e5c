"""`python -m beboersim.calibration`: run every test of soundness and write docs/soundness.md (`make soundness`)."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import click

from beboersim.calibration import runs
from beboersim.calibration.permutation import table_of_readings
from beboersim.calibration.report import whole
from beboersim.calibration.targets import listed_municipalities, other_municipalities


@click.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/soundness.md"))
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True)
@click.option("--place", "chosen", multiple=True, help="Only these municipalities, to try it out.")
def main(out: Path, workers: int, chosen: tuple[str, ...]) -> None:
    """Run every municipality in four ways, and write the table of soundness."""
    listed = tuple(one for one in listed_municipalities() if not chosen or one in chosen)
    places = (*listed, *(one for one in other_municipalities() if not chosen or one in chosen))
    click.echo(f"Standstill of {len(places)} municipalities ...")
    stood = runs.in_processes(workers, runs.stood_still, places)
    click.echo("The law with real trends ...")
    found = runs.in_processes(workers, runs.followed, places)
    click.echo("Named areas left alone ...")
    alone = [area for areas in runs.in_processes(workers, runs.left_alone, listed) for area in areas]
    click.echo("From 2010 to 2016 ...")
    back = runs.in_processes(workers, runs.looking_back, places)
    click.echo("Where origin is read ...")
    readings = table_of_readings("Svendborg", 0.2, date(2018, 1, 1))
    areas = [area for areas, _ in back for area in areas]
    figures = [figure for _, of in back for figure in of]
    reasons = files("beboersim.calibration").joinpath("reasons.md").read_text(encoding="utf-8")
    text = whole(stood, found, alone, areas, figures, listed, readings)
    out.write_text(f"{text}\n{reasons}", encoding="utf-8")
    click.echo(f"Written to {out}.")


if __name__ == "__main__":
    main()
