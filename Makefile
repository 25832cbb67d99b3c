# The short commands. Everything else is cmake: see docs/architecture.md.
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
VOICE ?=
export VOICE

.PHONY: demo test build check bench format clean help
.NOTPARALLEL:

help:
	@echo "make demo    install what is missing, build flowtalk, make outputs/demo.mp4"
	@echo "             (VOICE=my.wav make demo uses your recording)"
	@echo "make test    install what is missing, build everything, run all tests and house checks"
	@echo "make build   the release build, in build/release"
	@echo "make bench   the benchmarks"
	@echo "make format  clang-format over all sources"
	@echo "make clean   remove build/"

demo:
	@$(ROOT)scripts/install_deps.sh demo
	@cd $(ROOT) && cmake --preset demo --log-level=WARNING >/dev/null
	@cd $(ROOT) && cmake --build --preset demo --target flowtalk -j $(JOBS)
	@cd $(ROOT) && scripts/demo.sh build/demo/bin/flowtalk

build:
	@$(ROOT)scripts/install_deps.sh full
	@cd $(ROOT) && cmake --preset release --log-level=WARNING >/dev/null
	@cd $(ROOT) && cmake --build --preset release -j $(JOBS)

test: build
	@cd $(ROOT) && ctest --preset release -L 'unit|slow' -j $(JOBS)

check:
	@cd $(ROOT) && scripts/check_house.sh

bench:
	@$(ROOT)scripts/install_deps.sh full
	@cd $(ROOT) && cmake --preset release --log-level=WARNING -DFLOWTALK_BENCH=ON >/dev/null
	@cd $(ROOT) && cmake --build --preset release -j $(JOBS)
	@cd $(ROOT) && for b in build/release/bench/*_bench; do $$b || exit 1; done

format:
	@cd $(ROOT) && git ls-files '*.cpp' '*.h' | xargs clang-format -i

clean:
	@rm -rf $(ROOT)build
