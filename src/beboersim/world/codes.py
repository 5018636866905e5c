"""The codes that stand in columns. Kernels read them as plain numbers."""

from __future__ import annotations

# Origin, as Danmarks Statistik counts it. Descriptive; docs/odd.md names where it is read.
DANISH, WESTERN, NONWESTERN_IMMIGRANT, NONWESTERN_DESCENDANT = 0, 1, 2, 3
ORIGINS = ("danish", "western", "nonwestern_immigrant", "nonwestern_descendant")

# Highest completed education. Basic holds "not stated" as well, as the lists before 2018 count it.
BASIC, UPPER_SECONDARY, VOCATIONAL, HIGHER = 0, 1, 2, 3
EDUCATIONS = ("basic", "upper_secondary", "vocational", "higher")

# What a person does.
CHILD, PUPIL, STUDENT, EMPLOYED, OUTSIDE, PENSIONER = 0, 1, 2, 3, 4, 5
ACTIVITIES = ("child", "pupil", "student", "employed", "outside", "pensioner")

# Place in the household: one or two adults who keep it (a couple is two), and their children of any age.
KEEPER, AT_HOME = 0, 1
ROLES = ("keeper", "at_home")

# Tenure of a dwelling, and what a social dwelling is meant for.
SOCIAL, PRIVATE_RENTED, OWNER_OCCUPIED = 0, 1, 2
TENURES = ("social", "private_rented", "owner_occupied")
FAMILY, YOUTH, ELDERLY = 0, 1, 2
DWELLING_KINDS = ("family", "youth", "elderly")

# Kind of area.
NAMED_AREA, ESTATE, NEIGHBOURHOOD, ELSEWHERE, AT_THE_GATE = 0, 1, 2, 3, 4
AREA_KINDS = ("named_area", "estate", "neighbourhood", "elsewhere", "at_the_gate")

# Why a household is looking for another home.
NOT_SEARCHING, WANTS_CHANGE, LEFT_HOME, SEPARATED, ARRIVING, MUST_MOVE = 0, 1, 2, 3, 4, 5
REASONS = ("not_searching", "wants_change", "left_home", "separated", "arriving", "must_move")

# What a development plan has decided for a social dwelling. A kept one was let to somebody whom the plan moved.
NO_FATE, COMES_DOWN, IS_SOLD, IS_CONVERTED, IS_KEPT = 0, 1, 2, 3, 4

# Route by which a social dwelling was let.
REHOUSING, ASSIGNED, FLEXIBLE, INTERNAL, LIST, OTHER = 0, 1, 2, 3, 4, 5
ROUTES = ("rehousing", "assigned", "flexible", "internal", "list", "other")

# Status of an area; words in law/lists.py.
UNLISTED, PREVENTION, UDSAT, GHETTO, HARD = 0, 1, 2, 3, 4
