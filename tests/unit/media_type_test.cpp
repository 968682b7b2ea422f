#include "core/media_type.h"

#include <gtest/gtest.h>

namespace claimcheck {
namespace {

TEST(MediaType, GoesByTheLastExtension) {
  const struct {
    const char *filename, *expected;
  } cases[] = {
      {"photo.jpg", "image/jpeg"},
      {"PHOTO.JPEG", "image/jpeg"},
      {"CLIP.AVI", "video/x-msvideo"},
      {"ARCHIVE.ZIP", "application/zip"},
      {"Setup.Exe", "application/vnd.microsoft.portable-executable"},
      {"backup.sql.gz", "application/gzip"},
      {"archive.zip", "application/zip"},
      {"uploads/2026/11/archive.zip", "application/zip"},
      {"clip.3gp", "video/3gpp"},
      {"bundle.zst", "application/zstd"},
      {"manual.pdf", "application/pdf"},
      {"list.csv", "text/csv"},
      {"name with blanks.txt", "text/plain"},
  };
  for (const auto& c : cases) EXPECT_EQ(media_type(c.filename), c.expected) << c.filename;
}

TEST(MediaType, IsOctetStreamIfUnknown) {
  for (const char* filename :
       {"", ".", "..", "README", "file.", "file.zi", "file.zipx", "file.xyz", "zip", ".zip", "folder/.zip", "folder.zip/file",
        "file.zip ", "file.zip.", "file.\xC3\xA4", "file.!", "file.~"}) {
    EXPECT_EQ(media_type(filename), "application/octet-stream") << filename;
  }
}

TEST(MediaType, IsOctetStreamForWhatABrowserWouldRun) {
  for (const char* filename : {"a.html", "a.htm",  "a.HTML",  "a.xhtml", "a.xht", "a.shtml", "a.svg", "a.svgz",    "a.xml",
                               "a.xsl",  "a.xslt", "a.rss",   "a.atom",  "a.js",  "a.mjs",   "a.cjs", "a.css",     "a.wasm",
                               "a.swf",  "a.mht",  "a.mhtml", "a.eml",   "a.hta", "a.vbs",   "a.php", "a.zip.html"}) {
    EXPECT_EQ(media_type(filename), "application/octet-stream") << filename;
  }
}

}  // namespace
}  // namespace claimcheck
