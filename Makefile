# make run    the app on http://localhost:8501, after whatever set-up is still missing;
#             with GUESTS=192.168.1.20, this machine as others reach it, its voting page for them as well
# make test   all tests, the browser's included, or only TESTS="tests/models -k ease"
# make check  format, lint, types

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
BIN := .venv/bin
STAMPS := .venv/.stamps
LET_IN = --server.address=0.0.0.0 $(addprefix --server.allowedHosts=,localhost 127.0.0.1 $(GUESTS))

.PHONY: run test check format clean

run: $(STAMPS)/app
	FORETASTE_GUESTS=$(GUESTS) $(BIN)/streamlit run app.py --server.port=$(PORT) $(if $(GUESTS),$(LET_IN))

test: $(STAMPS)/dev $(STAMPS)/browser $(STAMPS)/postgres
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --ignore tests/browser
	$(BIN)/python -m pytest tests/browser
endif

check: $(STAMPS)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_architecture.py

format: $(STAMPS)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv

$(BIN)/python:
	$(PYTHON) -m venv .venv

$(STAMPS)/app: $(BIN)/python requirements.txt requirements-samples.txt requirements-encoders.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-samples.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-encoders.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: $(STAMPS)/app requirements-dev.txt requirements-obp.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-obp.txt
	@touch $@

# The browser tests drive Debian's Chromium.
$(STAMPS)/browser: $(STAMPS)/dev
	@if command -v chromium >/dev/null; then :; \
	elif [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
		apt-get update -q && apt-get install -y -q --no-install-recommends chromium; \
	else \
		echo "The browser tests need Chromium as 'chromium' on the PATH. On Debian: sudo apt-get install chromium"; \
		exit 1; \
	fi
	@touch $@

# The tests of databases start a PostgreSQL server of their own.
$(STAMPS)/postgres: $(STAMPS)/dev
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
		apt-get update -q && apt-get install -y -q --no-install-recommends postgresql; \
	else \
		echo "Without PostgreSQL its tests are skipped. On Debian: sudo apt-get install postgresql"; \
	fi
	@touch $@
