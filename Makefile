# make          the release binary, build/crier
# make demo     a campaign of 10,000 against the simulator; ARGS=--once ends by itself
# make test     everything, under sanitizers; ends with "N passed, N failed"; ARGS=unit for a suite
# make property  hostile requests against every route, a minute long; ARGS="SECONDS [SEED]"
# make exact    5 million phone numbers by our automata and by libphonenumber, without a difference: minutes
# make crash    kill the server at random and at every failpoint; RUNS=1000, SEED=1, ARGS="--nodes 3 --postgresql URL"
# make tsan     the engine's suites under ThreadSanitizer
# make check    format, layers, sizes, headers, warnings of two compilers, clang-tidy
# make fuzz    every fuzz target for 30 s; ARGS="json 3600" for one of them, longer
# make bench    figures for docs/benchmarks.md
# make plot     docs/pacing.svg: a sender's rate against a limit that moves, measured
# make screenshots  docs/screenshots, by a browser that looks at a campaign under way
# make install  to DESTDIR and PREFIX (/usr/local, taken when build/ is made)
# make format   what clang-format would have written
# make clean    without the build directories

PREFIX ?= /usr/local
ARGS ?=
RUNS ?= 60
SEED ?=

all: build/crier

# Missing Debian packages; costs next to nothing when they are there.
deps-%:
	@tools/deps.sh $*

# What comes from npm: for the tests, and for the pages the server shows.
node_modules/.stamp: package-lock.json package.json web/package.json tests/e2e/package.json .npmrc | deps-node
	npm ci --loglevel=error
	@touch $@

# The dashboard, packed into the binary.
web/dist/index.html: $(shell find web/app -type f) web/vite.config.ts web/client/index.ts node_modules/.stamp
	@npm run --silent build -w web

# The types of every call, out of the contract.
web/client/schema.d.ts: docs/openapi.yaml node_modules/.stamp
	@npm run --silent generate -w web

build/build.ninja: | deps-build node_modules/.stamp
	meson setup build --buildtype=release --prefix=$(PREFIX) >/dev/null

# ninja knows best what is old, so it is always asked.
build/crier: deps-build web/dist/index.html build/build.ninja
	@ninja -C build --quiet src/app/crier
	@ln -sf src/app/crier build/crier

build-test/build.ninja: | deps-build node_modules/.stamp
	meson setup build-test --buildtype=debug -Doptimization=1 -Dfailpoints=true -Db_sanitize=address,undefined \
		-Db_lundef=false >/dev/null

demo: build/crier
	@build/crier demo $(ARGS)

test: deps-build deps-test web/dist/index.html build-test/build.ninja
	@ninja -C build-test --quiet
	@tools/test.sh build-test $(ARGS)

property: deps-build deps-test web/dist/index.html build-test/build.ninja
	@ninja -C build-test --quiet src/app/crier
	@tests/e2e/property.sh $(ARGS)

exact: deps-build build/build.ninja
	@ninja -C build --quiet src/model/test_model_number_exact
	@printf '1\n2\n' | xargs -P 2 -n 1 build/src/model/test_model_number_exact 2500000

check: deps-build deps-check web/dist/index.html web/client/schema.d.ts build/build.ninja build-fuzz/build.ninja
	@tools/check.sh

build-crash/build.ninja: | deps-build node_modules/.stamp
	meson setup build-crash --buildtype=debugoptimized -Dfailpoints=true >/dev/null

crash: deps-build deps-test web/dist/index.html build-crash/build.ninja
	@ninja -C build-crash --quiet src/app/crier
	@python3 tests/crash/crash.py build-crash/src/app/crier --failpoints src/base/failpoints.def --runs $(RUNS) $(SEED:%=--seed %) $(ARGS)

build-tsan/build.ninja: | deps-build node_modules/.stamp
	meson setup build-tsan --buildtype=debug -Doptimization=1 -Db_sanitize=thread -Db_lundef=false >/dev/null

tsan: deps-build deps-test web/dist/index.html build-tsan/build.ninja
	@tools/tsan.sh build-tsan $(ARGS)

# The targets of tests/fuzz, with clang's libFuzzer. make test replays their corpora without it.
build-fuzz/build.ninja: | deps-build deps-check node_modules/.stamp
	CC=clang CXX=clang++ meson setup build-fuzz --buildtype=debug -Doptimization=1 -Dfuzz=true -Dfailpoints=true -Db_sanitize=address,undefined \
		-Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link -Dcpp_args=-fsanitize=fuzzer-no-link >/dev/null

fuzz: deps-build deps-check web/dist/index.html build-fuzz/build.ninja
	@ninja -C build-fuzz --quiet $(patsubst %.c,%,$(wildcard tests/fuzz/fuzz_*.c))
	@tests/fuzz/run.sh build-fuzz $(ARGS)

bench: deps-test build/crier
	@bench/run.sh build/crier $(ARGS)

plot: deps-test build/crier
	@bench/pacing.py build/crier docs/pacing.svg $(ARGS)

screenshots: deps-test build/crier
	@CRIER=build/src/app/crier CRIER_PICTURES=docs/screenshots node node_modules/vitest/vitest.mjs run --config tests/browser/screenshots.config.ts

format: deps-check
	@git ls-files 'src/*.[ch]' 'src/*.cc' 'tests/*.[ch]' | xargs clang-format -i

install: build/crier
	meson install -C build --no-rebuild

clean:
	rm -rf build build-* node_modules web/dist web/client/schema.d.ts

.PHONY: all demo test property exact crash tsan check fuzz bench plot screenshots format install clean build/crier
# Two apt-get at once would stand in each other's way; ninja uses every core anyway.
.NOTPARALLEL:
