"""Incidents: suggested, decided, answered."""
