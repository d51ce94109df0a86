"""Dashboards and alerts as code: what is committed beside it is made by ``make dashboards``."""
