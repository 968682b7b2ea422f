#pragma once

#include <Poco/Base64Decoder.h>
#include <Poco/Net/MessageHeader.h>
#include <Poco/Net/MultipartReader.h>
#include <Poco/Net/QuotedPrintableDecoder.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "core/percent_encoding.h"
#include "cron/header_field.h"

namespace claimcheck::test {

template <typename Decoder>
std::string decoded(const std::string& text) {
  std::istringstream in{text};
  Decoder decoder{in};
  return {std::istreambuf_iterator<char>{decoder}, std::istreambuf_iterator<char>{}};
}

/// A part of a message as another program reads it, its content decoded.
struct ReadPart {
  std::string type, disposition, content;
};

inline std::vector<ReadPart> read_parts(const Poco::Net::MessageHeader& header, std::istream& in) {
  std::string media_type;
  Poco::Net::NameValueCollection parameters;
  Poco::Net::MessageHeader::splitParameters(header.get("Content-Type"), media_type, parameters);
  std::vector<ReadPart> parts;
  if (media_type.starts_with("multipart/")) {
    Poco::Net::MultipartReader reader{in, parameters["boundary"]};
    while (reader.hasNextPart()) {
      Poco::Net::MessageHeader inner;
      reader.nextPart(inner);
      if (inner.empty()) continue;  // what the reader takes for a part behind an inner multipart's end
      for (ReadPart& part : read_parts(inner, reader.stream())) parts.push_back(std::move(part));
    }
    return parts;
  }
  const std::string raw{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  const std::string encoding = header.get("Content-Transfer-Encoding");
  EXPECT_TRUE(encoding == "base64" || encoding == "quoted-printable") << encoding;
  const std::string content =
      encoding == "base64" ? decoded<Poco::Base64Decoder>(raw) : decoded<Poco::Net::QuotedPrintableDecoder>(raw);
  return {{.type = media_type, .disposition = header.get("Content-Disposition", ""), .content = content}};
}

/// A message as another program reads it.
struct ReadMessage {
  std::vector<std::string> names;  ///< of its fields, in their order
  Poco::Net::MessageHeader header;
  std::vector<ReadPart> parts;
};

inline ReadMessage read_message(const std::string& message) {
  ReadMessage result;
  std::istringstream in{message};
  result.header.read(in);
  in.ignore(2);  // the empty line
  for (const auto& [name, value] : result.header) result.names.push_back(name);
  result.parts = read_parts(result.header, in);
  return result;
}

/// A field's body, unfolded, its encoded words as they are: Poco's reader decodes them, however they are cut.
inline std::string raw_field(const std::string& message, const std::string& name) {
  const std::size_t begin = message.find("\r\n" + name + ": ") + name.size() + 4;
  std::string body;
  for (std::size_t at = begin; at < message.size(); ++at) {
    if (message[at] == '\r' && message[at + 2] != ' ') break;
    if (message[at] != '\r' && message[at] != '\n') body += message[at];
  }
  return body;
}

/// The text of a header whose encoded words are all in UTF-8 and base64.
inline std::string words_decoded(const std::string& text) {
  constexpr std::string_view begin = "=?UTF-8?B?", end = "?=";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t first = text.find(begin, at);
    if (first == std::string::npos) return out + text.substr(at);
    // White space between two encoded words is not shown.
    if (const std::string between = text.substr(at, first - at); at == 0 || between != " ") out += between;
    const std::size_t last = text.find(end, first + begin.size());
    EXPECT_LE(last + end.size() - first, 75U) << text;
    const std::string word = decoded<Poco::Base64Decoder>(text.substr(first + begin.size(), last - first - begin.size()));
    EXPECT_EQ(cron::header_text("x" + word + "x", 1000), "x" + word + "x") << "half a character in " << text;
    out += word;
    at = last + end.size();
  }
  return out;
}

/// The file name that a strict client takes from Content-Disposition.
inline std::string filename_of(std::string disposition) {
  constexpr std::string_view quoted = "filename=\"", charset = "UTF-8''";
  if (const std::size_t at = disposition.find(quoted); at != std::string::npos)
    return disposition.substr(at + quoted.size(), disposition.rfind('"') - at - quoted.size());
  std::string encoded;
  while (disposition.find(';') != std::string::npos) {
    disposition.erase(0, disposition.find(';') + 1);
    const std::size_t value = disposition.find('=') + 1;
    encoded += disposition.substr(value, disposition.find(';') - value);
  }
  EXPECT_TRUE(encoded.starts_with(charset)) << encoded;
  return percent_decoded(encoded.substr(std::min(encoded.size(), charset.size()))).value_or("malformed: " + encoded);
}

}  // namespace claimcheck::test
