"""Who is expected at an event (应到), who was there, who is excused (请假), who is missing."""
