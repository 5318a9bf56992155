#include "search.h"

#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexPQ.h>
#include <faiss/IndexRefine.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/utils/Heap.h>

#include <algorithm>
#include <memory>
#include <numeric>

using namespace faiss;
using idx_t = Index::idx_t;

namespace {

bool isFull(const Found& found) {
  return found.rows.empty() || found.rows.back() >= 0; // Faiss fills up with −1, behind what it found
}

/** Keeps the best k. Faiss promises no order among equal scores. */
void sortBest(Found& found, idx_t k) {
  std::vector<idx_t> order(found.rows.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](idx_t a, idx_t b) {
    if ((found.rows[a] < 0) != (found.rows[b] < 0)) return found.rows[b] < 0;
    return found.scores[a] != found.scores[b] ? found.scores[a] > found.scores[b] : found.rows[a] < found.rows[b];
  });
  Found best;
  for (const idx_t i : order) {
    if (idx_t(best.rows.size()) == k || found.rows[i] < 0) break;
    best.rows.push_back(found.rows[i]);
    best.scores.push_back(found.scores[i]);
  }
  found = std::move(best);
}

/** Looks at every allowed row: exact for what the index stores. */
void scan(const Index& storage, const float* query, idx_t k, const Allowed& allowed, Found& found) {
  const std::unique_ptr<DistanceComputer> computer(storage.get_distance_computer());
  computer->set_query(query);
  minheap_heapify(k, found.scores.data(), found.rows.data());
  for (idx_t row = 0; row < storage.ntotal; row++) {
    if (allowed.selector && !allowed.selector->is_member(row)) continue;
    const float score = (*computer)(row);
    if (score > found.scores[0]) minheap_replace_top(k, found.scores.data(), found.rows.data(), score, row);
  }
  minheap_reorder(k, found.scores.data(), found.rows.data());
}

void ask(const Index& index, const float* query, idx_t k, const SearchParameters* parameters, Found& found) {
  index.search(1, query, k, found.scores.data(), found.rows.data(), parameters);
}

/** What Faiss itself would do, but with the allowed rows handed on to the base index. */
void searchRefined(const IndexRefine& index, const float* query, idx_t k, const Allowed& allowed, Found& found) {
  const idx_t candidates = idx_t(std::min(double(k) * std::max(1.0f, index.k_factor), double(allowed.count)));
  found = search(*index.base_index, query, candidates, allowed);
  const std::unique_ptr<DistanceComputer> computer(index.refine_index->get_distance_computer());
  computer->set_query(query);
  for (size_t i = 0; i < found.rows.size(); i++) found.scores[i] = (*computer)(found.rows[i]);
}

} // namespace

Found search(const Index& index, const float* query, idx_t k, const Allowed& allowed) {
  Found found{std::vector<idx_t>(k), std::vector<float>(k)};
  if (k == 0) return found;
  if (auto* refine = dynamic_cast<const IndexRefine*>(&index)) {
    searchRefined(*refine, query, k, allowed, found);
  } else if (auto* graph = dynamic_cast<const IndexHNSW*>(&index)) {
    SearchParametersHNSW parameters;
    parameters.efSearch = graph->hnsw.efSearch;
    parameters.sel = allowed.selector;
    ask(index, query, k, &parameters, found);
    if (!isFull(found)) scan(*graph->storage, query, k, allowed, found);
  } else if (auto* cells = dynamic_cast<const IndexIVF*>(&index)) {
    SearchParametersIVF parameters;
    parameters.nprobe = cells->nprobe;
    parameters.sel = allowed.selector;
    ask(index, query, k, &parameters, found);
    if (!isFull(found)) {
      parameters.nprobe = cells->nlist;
      ask(index, query, k, &parameters, found);
    }
  } else if (allowed.selector && dynamic_cast<const IndexPQ*>(&index)) {
    scan(index, query, k, allowed, found);
  } else {
    SearchParameters parameters;
    parameters.sel = allowed.selector;
    ask(index, query, k, allowed.selector ? &parameters : nullptr, found);
  }
  sortBest(found, k);
  return found;
}
