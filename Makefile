# Everything runs from .venv and keeps its data under var/ (DATA_DIR).
PORT ?= 8000
export SANDBOX_PORT ?= 8001
PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml --all-extras

.PHONY: run test test-clock faults mutants bench install install-dev lint lock messages

run: install
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py prepare_demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)
	@$(BIN)/honcho start --procfile console/Procfile --app-root . --port $(PORT)

# On SQLite, and again on PostgreSQL with Redis if TEST_DATABASE_URL and TEST_REDIS_URL are set.
test: install-dev
	TEST_DATABASE_URL= TEST_REDIS_URL= $(PYTEST)
ifdef TEST_DATABASE_URL
	$(PYTEST) -m "not browser and not slow"
else ifdef REQUIRE_SERVICES
	@echo "TEST_DATABASE_URL and TEST_REDIS_URL are not set, and REQUIRE_SERVICES is." >&2; exit 1
else
	@echo "SKIPPED: the run on PostgreSQL and Redis. Set TEST_DATABASE_URL and TEST_REDIS_URL for it."
endif

# The tests that depend on the current time, at every hour and on odd days, in one process. Up to 4 minutes.
# The whole suite at a given moment: make test TEST_CLOCK=2028-02-29T00:30-03:00
test-clock: install-dev
	TEST_DATABASE_URL= TEST_REDIS_URL= $(BIN)/python -m pytest -p tests.tools.clock.every_hour

# Kills processes and cuts connections of whole installations, then checks the promises. Up to 90 minutes.
faults: install-dev
	$(BIN)/python -m tests.tools.faults

# Removes each guard in turn and expects its tests to fail.
mutants: install-dev
	$(BIN)/python -m tests.tools.mutants

# Measures speed against the promised figures. Up to 40 minutes, on a machine that does nothing else.
bench: install-dev
	$(BIN)/python -m tests.tools.bench

install: .venv/.installed
install-dev: .venv/.installed-dev

.venv/.installed: requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what the console needs..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing what the tests need..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy console outbound manage.py
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 0
	$(BIN)/python manage.py check --database default --fail-level WARNING

# Needs uv on the PATH; setting up and running the console does not.
lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev -o requirements-dev.lock

# Needs gettext; the compiled catalogue is committed, so nobody else does.
messages: install-dev
	$(BIN)/python manage.py makemessages --locale pt_BR --no-location --no-wrap \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'console/skin/locale/*'
	$(BIN)/python manage.py compilemessages --locale pt_BR --ignore '.venv/*'
