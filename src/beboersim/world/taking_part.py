"""What people take part in, whom they spend time with, and what they use: the codes that stand in the table of ties."""

from __future__ import annotations

# Bits of ties.takes_part. One process writes each.
JOB_HELP = 1 << 0  # help towards work (staff)
ADVICE = 1 << 1  # help with letters and authorities (staff)
CLUB = 1 << 2  # a club or café for the young (youth)
SPARE_TIME_JOB = 1 << 3  # a spare-time or pocket-money job with a mentor (youth)
OUTREACH = 1 << 4  # in touch with the street workers (youth)
HOMEWORK = 1 << 5  # a homework café (youth)
ASSOCIATION = 1 << 6  # a member of a local association (volunteering)
VOLUNTEER = 1 << 7  # runs something as a volunteer (volunteering)
NETWORK = 1 << 8  # a network of parents or women (volunteering)
AFTERCARE = 1 << 9  # a community for those who have stopped using (substance)
MEETINGS = 1 << 10  # meetings of the residents' democracy (democracy)
HELPS = 1 << 11  # helps the younger at a café that the young run (youth)
DEBATED = 1 << 12  # has been to a debate evening since the last birthday (youth)
MENTORED = 1 << 15  # no part, but a memory: has had a spare-time job that lasted, with a mentor (youth)
PARTS = (
    "job_help", "advice", "club", "spare_time_job", "outreach", "homework", "association", "volunteer", "network",
    "aftercare", "meetings", "helps", "debated",
)  # fmt: skip

# Whom a young person's free time is spent with.
NOBODY, COMMUNITY, STREET = 0, 1, 2
PEERS = ("nobody", "community", "street")

# Use of alcohol and drugs, and of what.
NO_USE, AT_RISK, HEAVY, RECOVERY, NOT_DRAWN = 0, 1, 2, 3, 255
USES = ("none", "at_risk", "heavy", "recovery")
NOTHING, HASH_AND_PILLS, ALCOHOL, KHAT = 0, 1, 2, 3
KINDS_OF_USE = ("nothing", "hash_and_pills", "alcohol", "khat")
