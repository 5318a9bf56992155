// Included before every source of Faiss: its assertions throw instead of aborting, which would end the whole module,
// and its messages say what is wrong without the function, file and line, which would tie the bytes to where they were built.
#pragma once

#include <faiss/impl/FaissAssert.h>

#undef FAISS_ASSERT
#undef FAISS_ASSERT_MSG
#undef FAISS_ASSERT_FMT
#undef FAISS_THROW_MSG
#undef FAISS_THROW_FMT
#undef FAISS_THROW_IF_NOT
#undef FAISS_THROW_IF_NOT_MSG
#undef FAISS_THROW_IF_NOT_FMT

#define FAISS_THROW_MSG(MSG) throw faiss::FaissException(MSG)

#define FAISS_THROW_FMT(FMT, ...)                      \
  do {                                                 \
    char text[400];                                    \
    snprintf(text, sizeof(text), FMT, __VA_ARGS__);    \
    throw faiss::FaissException(text);                 \
  } while (false)

#define FAISS_THROW_IF_NOT(X)                          \
  do {                                                 \
    if (!(X)) FAISS_THROW_MSG("'" #X "' failed");      \
  } while (false)

#define FAISS_THROW_IF_NOT_MSG(X, MSG)                 \
  do {                                                 \
    if (!(X)) FAISS_THROW_MSG(MSG);                    \
  } while (false)

#define FAISS_THROW_IF_NOT_FMT(X, FMT, ...)            \
  do {                                                 \
    if (!(X)) FAISS_THROW_FMT(FMT, __VA_ARGS__);       \
  } while (false)

#define FAISS_ASSERT FAISS_THROW_IF_NOT
#define FAISS_ASSERT_MSG FAISS_THROW_IF_NOT_MSG
#define FAISS_ASSERT_FMT FAISS_THROW_IF_NOT_FMT
