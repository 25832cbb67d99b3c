# The short commands. Everything else is cmake: see docs/architecture.md.
ROOT := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
VOICE ?=
PREFIX ?= /usr/local
DESTDIR ?=
DEMO_PRESET ?= demo
export VOICE JOBS DESTDIR

.PHONY: demo test build install deb check bench format clean help
.NOTPARALLEL:

help:
	@echo "make demo    install what is missing, build flowtalk, make outputs/demo.mp4"
	@echo "             (VOICE=my.wav make demo uses your recording)"
	@echo "make test    install what is missing, build everything, run all tests and house checks"
	@echo "make build   the release build, in build/release"
	@echo "make install the program, models, man pages, completion under PREFIX (/usr/local)"
	@echo "make deb     the same as a Debian package, in build/demo"
	@echo "make bench   the benchmarks"
	@echo "make format  clang-format over all sources"
	@echo "make clean   remove build/"

demo:
	@cd $(ROOT) && scripts/demo.sh --check
	@$(ROOT)scripts/install_deps.sh demo
	@cd $(ROOT) && scripts/in_turn.sh build/$(DEMO_PRESET) scripts/build.sh $(DEMO_PRESET) flowtalk
	@cd $(ROOT) && scripts/demo.sh build/$(DEMO_PRESET)/bin/flowtalk

build:
	@$(ROOT)scripts/install_deps.sh full
	@$(ROOT)scripts/validate_gltf.sh install || true
	@cd $(ROOT) && scripts/in_turn.sh build/release scripts/build.sh release

test: build
	@cd $(ROOT) && scripts/in_turn.sh build/release ctest --preset release -L 'unit|slow' -j $(JOBS)

# What was built already is only copied, so that `make build` and `sudo make install` go together.
install:
	@mkdir -p "$(DESTDIR)$(PREFIX)/bin" 2>/dev/null && [ -w "$(DESTDIR)$(PREFIX)/bin" ] || { echo \
	  "flowtalk: no permission to write in $(DESTDIR)$(PREFIX); try sudo make install, or another PREFIX" >&2; exit 1; }
	@$(ROOT)scripts/install_deps.sh install
	@cd $(ROOT) && scripts/in_turn.sh build/demo scripts/build.sh demo flowtalk
	@cd $(ROOT) && scripts/in_turn.sh build/demo cmake --install build/demo --prefix "$(PREFIX)" >/dev/null
	@echo "flowtalk is at $(DESTDIR)$(PREFIX)/bin/flowtalk"

deb:
	@$(ROOT)scripts/install_deps.sh deb
	@cd $(ROOT) && scripts/in_turn.sh build/demo scripts/build.sh demo flowtalk
	@cd $(ROOT)build/demo && $(ROOT)scripts/in_turn.sh . cpack -G DEB >/dev/null
	@ls $(ROOT)build/demo/*.deb

check:
	@cd $(ROOT) && scripts/check_house.sh

bench:
	@$(ROOT)scripts/install_deps.sh full
	@cd $(ROOT) && scripts/in_turn.sh build/release scripts/build.sh release -DFLOWTALK_BENCH=ON
	@cd $(ROOT) && for b in build/release/bench/*_bench; do $$b || exit 1; done

format:
	@cd $(ROOT) && git ls-files '*.cpp' '*.h' | xargs clang-format -i

clean:
	@rm -rf $(ROOT)build
