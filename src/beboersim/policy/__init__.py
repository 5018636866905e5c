"""What is decided: levers with dated defaults, scenarios as tables of lever, value and date, the plan of a run."""
