"""What is taken over from spreadsheets: a plan of events to come, and attendance that is past."""

from services.events.imports.attendance import ATTENDANCE
from services.events.imports.plan import PLAN

KINDS = (ATTENDANCE, PLAN)
