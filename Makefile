# make help says what there is. Other Pythons: make PYTHON=python3.12 book
PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
HTML = _build/html/index.html

.PHONY: help env book pdf test sweep bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make book    run the notebooks that are out of date and build the book: $(HTML)"
	@echo "make pdf     the book as one PDF too, linked from its pages (needs Chromium)"
	@echo "make test    check the package, the notebooks and the built book"
	@echo "make sweep   train what results/ lacks of the sweeps in sweeps/ and of the figures' grids"
	@echo "make bench   measure the speed of training (make bench QUICK=1: in 90 seconds)"
	@echo "make clean   remove the built book, the executed notebooks and $(VENV)"
	@echo "make lock    rewrite requirements.lock from pyproject.toml"
	@echo "make env     only make $(VENV)   (another Python: make PYTHON=python3.12 env)"

env:
	@tools/make_env.sh $(PYTHON) $(VENV)

book: env
	@$(BIN)/srhm-book run
	@$(BIN)/jupyter-book build . -W --keep-going -n -q
	@touch _build/complete
	@echo "The book: $(CURDIR)/$(HTML)"

pdf: book
	@$(BIN)/srhm-book pdf
	@$(BIN)/jupyter-book build . -W --keep-going -n -q

test: env
	@$(BIN)/ruff check .
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
	@echo "All tests passed."

sweep: env
	@for file in sweeps/*.yml; do $(BIN)/srhm sweep $$file || exit 1; done
	@$(BIN)/srhm-book grid $(GRIDS)
	@echo "The results: $(CURDIR)/results"

bench: env
	@$(BIN)/python benchmarks/run.py $(if $(QUICK),--quick)
	@echo "The results: $(CURDIR)/benchmarks/results.json"

lock:
	@tools/make_lock.sh $(PYTHON)

clean:
	rm -rf _build book/executed $(VENV)
