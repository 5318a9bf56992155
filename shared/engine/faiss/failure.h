#pragma once

#include <exception>
#include <string>
#include <utility>

/** What an entry of api.cpp answers. faissIndex.ts has the same list, in the same order. */
enum Code {
  OK,
  TRUNCATED,
  BAD_MAGIC,
  UNSUPPORTED_VERSION,
  BAD_ARTIFACT,
  BAD_QUERY,
  OUT_OF_MEMORY,
};

struct Failure : std::exception {
  Code code;
  std::string message;

  /** @param message for a person: what is, then what to do. */
  Failure(Code code, std::string message) : code(code), message(std::move(message)) {}

  const char* what() const noexcept override { return message.c_str(); }
};
