// libtorch's matrix products on Debian run on whatever libblas.so.3 is. Two traps, each measured:
// the reference BLAS is 20 times slower, and OpenBLAS 0.3.21 takes recent Xeons for a Prescott.
#pragma once

#include <string>

namespace flowtalk::train {

// Names the core that OpenBLAS should use on this processor, or "" if it finds that itself.
std::string openblas_core();
// Call first in main: sets OPENBLAS_CORETYPE, and OMP_WAIT_POLICY to passive, as far as the user
// has not, and starts the program anew, since libraries read them while they are loaded. Threads
// that wait by turning round take the processors from those that work (measured on two,
// of clips that libtorch encoded: 11.6 a second, 47.2 where they sleep).
void restart_with_fast_blas(char** argv);
// Error with the package to install if the BLAS in this process is not OpenBLAS.
void check_blas();

// Threads of OpenBLAS, which torch::set_num_threads does not reach: products on more threads than
// were asked for wait for each other in turns (measured: 2.2 instead of 2.8 encoder steps a
// second).
void set_blas_threads(int threads);

}  // namespace flowtalk::train
