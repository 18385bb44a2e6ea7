# Countersign. `make` alone lists what there is to make.
.DEFAULT_GOAL := help
SHELL := /bin/bash
GO ?= go
TOOL := $(GO) tool -modfile=tools/go.mod
FUZZTIME ?= 20s
OUT ?= rehearsals
LISTEN ?= 127.0.0.1:8440
ASSETS := web/assets/dist/.built
BINARIES := bin/countersign bin/countersignd
SOURCES := $(shell git ls-files '*.go' '*.sql' '*.html' '*.yaml' '*.js' go.mod go.sum)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: install-run
install-run:
	@tools/install.sh run

.PHONY: install-test
install-test:
	@tools/install.sh run test

$(ASSETS): web/assets/package.json web/assets/package-lock.json $(wildcard web/assets/src/*) web/assets/build.sh
	@echo "Building the look of the pages."
	@web/assets/build.sh
	@touch $@

.PHONY: assets
assets: install-run $(ASSETS) ## Compile the style sheets from their npm packages

.PHONY: build
build: assets ## Build both programs into bin/
	@mkdir -p bin
	$(GO) build -trimpath -o bin/ ./cmd/...

.PHONY: demo
demo: build ## Start a working example site and say where to look
	@bin/countersignd demo --dir demo --listen $(LISTEN)

.PHONY: demo-reset
demo-reset: build ## Throw the example site away and start afresh
	@bin/countersignd demo --dir demo --listen $(LISTEN) --reset

.PHONY: test
test: install-test assets ## Install what the tests need and run them all
	$(TOOL) gotestsum --format pkgname --format-hide-empty-pkg -- -timeout 20m ./...

.PHONY: lint
lint: assets ## Check format, vet and lint
	@unformatted=$$($(TOOL) gofumpt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "Not gofumpt-formatted:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(TOOL) golangci-lint run ./...

.PHONY: check
check: build ## Check the example protocols as a compiler would
	@bin/countersign check protocol/examples/*.yaml

.PHONY: rehearse
rehearse: install-test build ## Make every rehearsal's batch through the real API and verify its record
	@bin/countersignd rehearse --all --out $(OUT)

.PHONY: bench
bench: install-test ## Measure: appends beside raw inserts, verification, the PDF, deciding
	$(GO) test -run '^$$' -bench . -benchtime 3s ./audit/... ./batch/... ./protocol/... ./register/... ./reports/... ./web/site

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (default 20s) each
	@tools/fuzz.sh $(FUZZTIME)

.PHONY: pictures
pictures: install-test build ## Make the README's pictures again from a test run and a rehearsal
	@mkdir -p build/pictures docs/pictures
	COUNTERSIGN_PICTURES=build/pictures $(GO) test -count=1 -run Browser ./cmd/countersignd
	bin/countersignd rehearse --quiet --out build/pictures aso-certified-and-given
	pdftoppm -r 70 -f 1 -l 1 -png -singlefile build/pictures/aso-certified-and-given.pdf docs/pictures/record
	cp build/pictures/step-draw-up.png docs/pictures/terminal.png

.PHONY: clean
clean: ## Remove what was built (never the example site's data)
	rm -rf bin build rehearsals web/assets/dist/.built
