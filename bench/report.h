#pragma once

#include <string>
#include <vector>

namespace claimcheck::bench {

/// Some measurements of the same thing.
class Series {
 public:
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }
  double median() const { return quantile(0.5); }
  double least() const { return quantile(0); }
  double most() const { return quantile(1); }
  /// The value that this part of all values does not exceed. Throws if there is none.
  double quantile(double part) const;

 private:
  std::vector<double> values_;
};

enum class Bound { at_most, at_least };

/// Something that the product promises, and what was measured.
struct Promise {
  std::string what;
  double measured = 0;
  Bound bound = Bound::at_most;
  double goal = 0;
  std::string unit = {};

  bool met() const { return bound == Bound::at_most ? measured <= goal : measured >= goal; }
};

/// Prints the promises as a table. @return whether all are met
bool report(const std::vector<Promise>& promises);

/// Says on a terminal what is being done; elsewhere nothing. The next words replace it.
void say(const std::string& what);

}  // namespace claimcheck::bench
