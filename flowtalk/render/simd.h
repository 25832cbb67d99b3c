// FLOWTALK_CLONES before a function: GCC compiles it once per vector width and picks at start-up.
// FLOWTALK_WIDE_CLONES: with 512 bits too, for plain loops (g++ 12 takes comparisons of its own
// vector types apart there). Absent under sanitizers (their start-up cannot run before the pick)
// and on other machines.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FLOWTALK_CLONES __attribute__((target_clones("default", "avx2")))
#define FLOWTALK_WIDE_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define FLOWTALK_CLONES
#define FLOWTALK_WIDE_CLONES
#endif
