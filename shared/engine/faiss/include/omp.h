// Faiss asks OpenMP how many threads there are. Here there is one, and nothing to lock.
#pragma once

typedef struct {
} omp_lock_t;

static inline int omp_get_max_threads() { return 1; }
static inline int omp_get_num_threads() { return 1; }
static inline int omp_get_thread_num() { return 0; }
static inline int omp_in_parallel() { return 0; }
static inline int omp_get_nested() { return 0; }
static inline void omp_set_num_threads(int) {}
static inline void omp_set_nested(int) {}
static inline void omp_init_lock(omp_lock_t*) {}
static inline void omp_destroy_lock(omp_lock_t*) {}
static inline void omp_set_lock(omp_lock_t*) {}
static inline void omp_unset_lock(omp_lock_t*) {}
