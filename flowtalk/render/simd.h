// FLOWTALK_CLONES before a function: GCC compiles it once per vector width and picks at start-up.
// Absent under sanitizers (their start-up cannot run before the pick) and on other machines.
#pragma once

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define FLOWTALK_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define FLOWTALK_CLONES
#endif
