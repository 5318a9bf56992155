#pragma once

#include <faiss/Index.h>

#include <memory>

/**
 * Reads the host's bytes, in Faiss's file format. Whatever they hold, the index that comes back is whole: no list, graph
 * or code in it leads outside of it.
 * @param size of the bytes.
 * @throws {Failure} BAD_MAGIC, UNSUPPORTED_VERSION, TRUNCATED, BAD_ARTIFACT
 */
std::unique_ptr<faiss::Index> readIndex(size_t size);

/** Hands the bytes of `faiss::write_index` to the host. */
void writeIndex(faiss::Index& index);
