#pragma once

#include <faiss/Index.h>
#include <faiss/impl/IDSelector.h>

#include <vector>

/** The rows that may be returned. */
struct Allowed {
  /** Null: all of them. */
  faiss::IDSelector* selector;
  faiss::Index::idx_t count;
};

struct Found {
  std::vector<faiss::Index::idx_t> rows;
  std::vector<float> scores;
};

/**
 * The best rows of one query, best first, ties by lower row.
 *
 * As many as asked for: where the cells or the graph that an index visits hold fewer rows that are allowed, it looks
 * at all of them. Every index type leaves rows out while it searches, also those that Faiss 1.7.3 has no selector for.
 *
 * @param k at most `allowed.count`.
 */
Found search(const faiss::Index& index, const float* query, faiss::Index::idx_t k, const Allowed& allowed);
