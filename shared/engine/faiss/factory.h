#pragma once

#include <faiss/Index.h>

#include <memory>
#include <string>

/**
 * An untrained index over inner products, from Faiss's own notation:
 *
 *     index := base | base,RFlat | base,Refine(code)
 *     base  := code | IVFn,code | HNSW[m] | HNSW[m],Flat | HNSW[m],SQ…
 *     code  := Flat | SQ8 | SQ6 | SQ4 | SQfp16 | PQm | PQmxb
 *
 * Product quantisers are trained without the "polysemous" step (Faiss's "np"): inner-product search makes no use of it.
 * @throws {Failure} BAD_QUERY
 */
std::unique_ptr<faiss::Index> makeIndex(const std::string& factory, int rank);

/** The fewest rows that it can be trained on. */
faiss::Index::idx_t leastRows(const faiss::Index& index);

/** The notation again: "IVF64,SQ8". */
std::string describe(const faiss::Index& index);
