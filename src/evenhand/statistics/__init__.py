"""Statistics: figures that never travel without unit, period, denominator, code version and interval.

Rows without anything personal → exact tables (the auditor's copy) → disclosure control → a public report:

    maker = Maker(Period.quarter(2026, 1), code_version)
    report = build_report([submissions(maker, rows), outcomes(maker, cases, subjects)], members=48_000)
    report.as_csv(), report.as_json(), report.sentences()
"""

from evenhand.statistics.catalogue import MEASURES, Dimension, Measure, MeasureId, measure
from evenhand.statistics.computing import (
    contacts,
    membership,
    outcomes,
    routes,
    subjects_per_members,
    submissions,
    times,
)
from evenhand.statistics.disclosure import (
    PublicFigure,
    PublicTable,
    Shown,
    check_branch_table,
    check_labels,
    protect,
    protect_figure,
    protect_flow,
    rounded,
)
from evenhand.statistics.figures import Denominator, Figure, Maker, MixedUnits, Statistic, Unit
from evenhand.statistics.intervals import Interval, Method, clopper_pearson, poisson, quantile_interval, wilson
from evenhand.statistics.never_printed import never_printed, printable
from evenhand.statistics.perception import Actual, Gap, Survey, SurveyStatistic, perception_gap, question
from evenhand.statistics.periods import Period, Quarter
from evenhand.statistics.reconciling import CaseFlow, SubmissionFlow, reconcile_cases, reconcile_submissions
from evenhand.statistics.report import COLUMNS, Cadence, Report, build_report, cadence
from evenhand.statistics.rows import (
    Body,
    BriefingRow,
    CaseRow,
    Channel,
    ComplainantType,
    ContactCategory,
    ContactRow,
    CountingRow,
    ItemRow,
    PauseReason,
    Route,
    StageCount,
    StageStay,
    SubjectRow,
    SubmissionEnd,
    SubmissionRow,
    VexatiousRow,
    VexatiousStep,
    counting_row,
    from_plain,
    plain,
)
from evenhand.statistics.tables import Breakdown, Computed, Named, breakdown

__all__ = [
    "COLUMNS", "MEASURES", "Actual", "Body", "Breakdown", "BriefingRow", "Cadence", "CaseFlow", "CaseRow", "Channel",
    "ComplainantType", "Computed", "ContactCategory", "ContactRow", "CountingRow", "Denominator", "Dimension", "Figure",
    "Gap", "Interval", "ItemRow", "Maker", "Measure", "MeasureId", "Method", "MixedUnits", "Named", "PauseReason",
    "Period", "PublicFigure", "PublicTable", "Quarter", "Report", "Route", "Shown", "StageCount", "StageStay",
    "Statistic", "SubjectRow", "SubmissionEnd", "SubmissionFlow", "SubmissionRow", "Survey", "SurveyStatistic", "Unit",
    "VexatiousRow", "VexatiousStep", "breakdown", "build_report", "cadence", "check_branch_table", "check_labels",
    "clopper_pearson", "contacts", "counting_row", "from_plain", "measure", "membership", "never_printed", "outcomes",
    "perception_gap", "plain", "poisson", "printable", "protect", "protect_figure", "protect_flow",
    "quantile_interval", "question", "reconcile_cases", "reconcile_submissions", "rounded", "routes",
    "subjects_per_members", "submissions", "times", "wilson",
]  # fmt: skip
