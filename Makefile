# SITEGROUP CRM. `make help` lists what there is; every target fetches what it needs the first time and works offline afterwards.
# Paths here are relative, so that a checkout in a folder with spaces works too.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# window: the desktop program; browser: the same program without GTK, whose screens open in a browser.
# Without a display and without GTK's headers only the second makes sense.
SURFACE ?= $(shell build/make/surface.sh)
BINARY := build/bin/sitegroup-crm
ENV := . build/env.sh
ARGS ?=

TAGS_browser := libsqlite3 sqlite_fts5
TAGS_window := desktop production webkit2_41 $(TAGS_browser)
PACKAGES_browser := compile
PACKAGES_window := compile window

.PHONY: help
help:
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: build ## open a throw-away office with a simulated Meta that keeps sending leads
	$(BINARY) demo $(ARGS)

.PHONY: run
run: build ## build and open the program
	$(BINARY) $(ARGS)

.PHONY: dev
dev: compile npm-frontend ## Vite and the API together; both reload when their sources change
	@$(ENV) && go run ./build/devloop

.PHONY: test
test: ## everything: format, lint, unit, fuzzing, simulation, processes, UI, generated files, browser, window, keyring
	@build/make/packages.sh compile window test
	@$(MAKE) setup
	@$(ENV) && go run ./build/suite

.PHONY: test-go
test-go: compile ## the Go tests alone, without the race detector
	@$(ENV) && go test ./...

.PHONY: test-ui
test-ui: npm-frontend ## the UI's unit tests alone
	cd frontend && npm test

.PHONY: lint
lint: compile npm-frontend ## format, vet, staticcheck, Biome and types
	@$(ENV) && go run ./build/suite lint

.PHONY: fmt
fmt: compile npm-frontend ## write every file the way the formatters want it
	@$(ENV) && go tool -modfile=build/tools/go.mod gofumpt -l -w $$(build/make/go-files.sh)
	cd frontend && npm run fix

.PHONY: generate
generate: compile npm-apigen ## rewrite openapi.json, schema.d.ts and schema.sql from their sources
	@build/make/generate.sh

.PHONY: build
build: ui compile ## build/bin/sitegroup-crm
	@build/make/packages.sh $(PACKAGES_$(SURFACE))
	@$(ENV) && go build -trimpath -tags "$(TAGS_$(SURFACE))" -ldflags "-s -w -X sitegroup.mx/crm/app.version=$$(build/make/version.sh)" -o $(BINARY) .

.PHONY: release
release: ui compile ## the programs for this system and for Windows, in build/bin/release
	@build/make/release.sh

.PHONY: bench
bench: ui compile npm-peers ## measure against other stores; ONLY=name runs one measurement
	@$(ENV) && go build -trimpath -tags "$(TAGS_browser)" -ldflags "-s -w" -o build/bin/sitegroup-crm-headless . && cd build/bench && go run . $(if $(ONLY),-only "$(ONLY)") $(if $(ROUNDS),-rounds $(ROUNDS)) $(if $(SEED),-seed $(SEED))

.PHONY: sim
sim: compile ## play offices of many computers from seeds: SEEDS=n for many, SEED=k for one
	@$(ENV) && go run ./build/sim $(if $(SEED),-seed $(SEED)) $(if $(SEEDS),-seeds $(SEEDS)) $(if $(SECONDS),-seconds $(SECONDS))

.PHONY: screenshots
screenshots: build npm-frontend ## take the pictures of docs/img again
	@build/make/packages.sh test
	cd frontend && SITEGROUP_BIN="$(CURDIR)/$(BINARY)" SCREENSHOTS=1 npx --no-install playwright test screenshots

.PHONY: clean
clean: ## remove what was built; the next build fetches nothing that is already here
	rm -rf build/bin frontend/dist/assets frontend/dist/*.html frontend/dist/*.svg frontend/test-results frontend/playwright-report

# ── What the targets above stand on. Each is cheap when nothing changed. ──────────────────────────────────────────────

.PHONY: compile
compile:
	@build/make/packages.sh compile
	@build/sqlite/build.sh

.PHONY: ui
ui: npm-frontend
	@build/make/ui.sh

.PHONY: setup
setup: compile npm-frontend npm-apigen

.PHONY: npm-%
npm-frontend:
	@build/make/npm.sh frontend
npm-apigen:
	@build/make/npm.sh build/apigen
npm-peers:
	@build/make/npm.sh build/bench/peers
