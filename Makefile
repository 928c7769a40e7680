# make demo [PROMPT="..."]   a posed body from words: demo/demo.blend, demo/demo.png, demo/sheet.png, demo/demo.json
# make test                  everything that the tests need, then the tests      [ARGS="-k server"]
# make extension             dist/posewright-VERSION.zip for Blender
# make test-gui              a new user's first steps in a real Blender window, with pictures
#                            [BLENDER=/path/to/blender] [PHOTO=setup, or a Python that has what photos need]
# make check                 ruff and mypy
# make clean                 away with environments and what was built

PROMPT ?= a man proposing marriage
ARGS ?=
BLENDER ?= blender
PHOTO ?=
VENV := .venv
PY := $(VENV)/bin/python
PIP := -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := demo
.PHONY: demo test test-gui extension check clean

demo: export POSEWRIGHT_PROMPT = $(value PROMPT)
demo: $(VENV)/.demo
	@mkdir -p demo
	@$(PY) -m backend pose --out demo/demo.json --blend demo/demo.blend --render demo/sheet.png -- "$$POSEWRIGHT_PROMPT"

test: $(VENV)/.test
	@POSEWRIGHT_BPY_PYTHONS="$$($(PY) -m tools.bpy_envs)" && export POSEWRIGHT_BPY_PYTHONS && $(PY) -m pytest $(ARGS)

test-gui: extension
	@BLENDER="$(BLENDER)" POSEWRIGHT_GUI_PHOTO="$(PHOTO)" $(PY) -m tools.test_gui

extension: $(VENV)/.demo
	@$(PY) -m tools.build_extension

check: .venv-check/.done
	.venv-check/bin/ruff check .
	.venv-check/bin/mypy

clean:
	rm -rf .venv .venv-check .venv-bpy-* build dist demo .pytest_cache .ruff_cache .mypy_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than what it was made from; a changed pin installs again.

$(VENV)/.made:
	@python=$$(tools/find-python) && "$$python" -m venv --clear $(VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.made constraints.txt requirements/demo.txt
	@echo "installing what posing, photos and Blender files need"
	@$(PY) $(PIP) -r requirements/demo.txt
	@$(PY) -m backend setup photo
	@touch $@

$(VENV)/.test: $(VENV)/.demo requirements/test.txt
	@echo "installing what the tests need"
	@$(PY) $(PIP) torch
	@$(PY) $(PIP) -r requirements/test.txt
	@touch $@

.venv-check/.done: constraints.txt requirements/check.txt
	@python=$$(tools/find-python) && "$$python" -m venv --clear .venv-check
	@.venv-check/bin/python $(PIP) -r requirements/check.txt
	@touch $@
