# Verbena. `make help` lists what there is; config/yard does the work, with nothing but Python's standard library.
PYTHON ?= python3
YARD = $(PYTHON) config/yard

.DEFAULT_GOAL := help
.PHONY: help run test check bench shots manage reset setup lock

help:
	@echo "make run               run everything on this machine (PORT=8010 chooses another port); Ctrl-C stops it"
	@echo "make test              run every test, browser tests included (ARGS='-k booking' narrows it)"
	@echo "make check             lint, types, layers, templates, migrations, deploy check"
	@echo "make bench             measure speed and write docs/benchmarks.md (ARGS='booking racers' only prints these)"
	@echo "make shots             photograph every page as every role into var/shots/ (ARGS='calendar alice' narrows it)"
	@echo "make manage ARGS=...   a manage.py command on the data of make run, such as ARGS='create_centre --help'"
	@echo "make reset             delete the data of make run (asks first)"
	@echo "make setup             only install packages and build assets"
	@echo "make lock              compile requirements/*.in to pinned versions with hashes"

run test check bench shots manage reset setup lock:
	@$(YARD) $@ $(ARGS)
