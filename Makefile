# 清零 · Qingling：`make` 列出全部目标 | `make` lists the targets.
# Needs make and Python 3.11 or newer with pip and venv; everything else goes into .venv.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UV ?= $(BIN)/uv
ARGS ?=

# The first Python that is new enough: `make run PYTHON=…` chooses another.
CANDIDATES := $(PYTHON) python3.11 python3 python3.12 python3.13 python3.14
FOUND = $(shell for p in $(CANDIDATES); do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

# Every room that is built, and the modules beside them.
ROOMS := $(patsubst %/__init__.py,%,$(wildcard */__init__.py)) $(wildcard *.py)

PYTEST := $(BIN)/python -m pytest
# Whole files go to one process, so that its sessions (a server, a database) are started once there.
PYTEST_ARGS ?= -q -n 2 --dist loadfile --no-loadscope-reorder

LOCK := pip compile pyproject.toml --group build --python-version 3.11 --universal \
	--generate-hashes --no-annotate --no-header --quiet $(if $(UPGRADE),--upgrade)

.PHONY: help run test check format pictures bench requirements lock clean

help: ## 列出这些目标 | list these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  make run ARGS="--help" 把参数交给命令 | hands arguments to the command'

run: $(VENV)/run.stamp ## 启动整套系统，Ctrl-C 停止 | start everything here, Ctrl-C stops it
	@exec $(BIN)/qingling up $(ARGS)

test: $(VENV)/dev.stamp ## 运行全部测试 | run every test
	@$(PYTEST) $(PYTEST_ARGS) $(ARGS)

check: $(VENV)/dev.stamp ## 检查写法、类型和房间之间的方向 | lint, types, which room may know which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy $(ROOMS) tests
	@$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## 整理代码格式 | format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

pictures: $(VENV)/dev.stamp ## 重拍文档中的页面图片 | take the pictures of the pages anew
	@$(BIN)/python -m tests.web.pictures

bench: $(VENV)/dev.stamp ## 运行性能测试 | run the benchmark
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.pages $(ARGS)
	@$(BIN)/python -m bench.bulk $(ARGS)

requirements: $(VENV)/dev.stamp ## 打印 docs/requirements.md：各项要求是否建成、由何证明 | which requirements are built, and what shows it
	@$(BIN)/python -m docs.requirements $(ARGS)

lock: ## 重算锁文件；UPGRADE=1 同时升级 | lock again; UPGRADE=1 upgrades too
	@test -x $(UV) || $(MAKE) $(VENV)/dev.stamp
	$(UV) $(LOCK) --output-file requirements.lock
	$(UV) $(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## 删除环境和缓存，保留 var/ 中的数据 | remove environment and caches, keep the data in var/
	@rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# ── the environment: one for running and for developing; a stamp is as old as what it installed ────────

$(BIN)/python:
	$(if $(FOUND),,$(error 需要 Python 3.11 或更高版本，未找到；可用 make run PYTHON=… 指定 | \
	Python 3.11 or newer is needed and was not found; name one with make run PYTHON=…))
	@$(FOUND) -m venv $(VENV) || { rm -rf $(VENV); \
	echo '无法建立虚拟环境，请安装 venv（如 python3-venv） | no virtual environment: install venv (python3-venv, say)' >&2; exit 1; }

$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	@echo '正在安装运行所需的包，首次约一分钟… | installing what running needs, about a minute the first time…'
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@echo '正在安装测试与检查所需的包… | installing what tests and checks need…'
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@
