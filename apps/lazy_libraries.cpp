#include "apps/lazy_libraries.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

extern "C" {
extern void* flowtalk_lazy_targets[];
void* flowtalk_lazy_resolve(std::size_t index);
}

// Finds the function of this index and puts it where its calls jump to. Several threads may do so
// at once; all find the same. There is no way back to a caller who expects a C function.
void* flowtalk_lazy_resolve(std::size_t index) {
  const flowtalk::apps::LazyFunction& function = flowtalk::apps::kLazyFunctions[index];
  void* library = dlopen(function.library, RTLD_LAZY | RTLD_LOCAL);
  void* found = library == nullptr ? nullptr : dlsym(library, function.name);
  if (found == nullptr) {
    fmt::print(stderr, "flowtalk: {} cannot be loaded ({}); install it again\n", function.library,
               dlerror());
    std::exit(1);
  }
  std::atomic_ref<void*>(flowtalk_lazy_targets[index]).store(found);
  return found;
}

// The first call of a function comes here with its index on the stack and its arguments where they
// were: they are kept, the function is found, and the call goes on to it.
asm(R"asm(
  .text
  .type flowtalk_lazy_first,@function
  .globl flowtalk_lazy_first
  .hidden flowtalk_lazy_first
flowtalk_lazy_first:
  pushq %rax
  pushq %rdi
  pushq %rsi
  pushq %rdx
  pushq %rcx
  pushq %r8
  pushq %r9
  pushq %r10
  subq $128, %rsp
  movups %xmm0, (%rsp)
  movups %xmm1, 16(%rsp)
  movups %xmm2, 32(%rsp)
  movups %xmm3, 48(%rsp)
  movups %xmm4, 64(%rsp)
  movups %xmm5, 80(%rsp)
  movups %xmm6, 96(%rsp)
  movups %xmm7, 112(%rsp)
  movq 192(%rsp), %rdi
  call flowtalk_lazy_resolve@PLT
  movq %rax, %r11
  movups (%rsp), %xmm0
  movups 16(%rsp), %xmm1
  movups 32(%rsp), %xmm2
  movups 48(%rsp), %xmm3
  movups 64(%rsp), %xmm4
  movups 80(%rsp), %xmm5
  movups 96(%rsp), %xmm6
  movups 112(%rsp), %xmm7
  addq $128, %rsp
  popq %r10
  popq %r9
  popq %r8
  popq %rcx
  popq %rdx
  popq %rsi
  popq %rdi
  popq %rax
  addq $8, %rsp
  jmp *%r11
  .size flowtalk_lazy_first,.-flowtalk_lazy_first
)asm");
