// What a detector remembers for each approved baseline by itself, since positions in one mean
// nothing in another.

#pragma once

#include <algorithm>
#include <vector>

#include "rules/baseline_choice.hpp"

namespace prahari {

template <class Book>
class PerBaseline {
 public:
  // The book of an approved baseline; empty at first. Those of what is approved no longer are gone.
  Book& of(const Baseline& baseline, const BaselineChoice& choice) {
    const auto known = std::ranges::find(pages_, &baseline, &Page::baseline);
    if (known != pages_.end()) {
      return known->book;
    }
    drop_old(choice);
    return pages_.emplace_back(Page{&baseline, {}}).book;
  }

  template <class Visit>
  void for_each(Visit&& visit) {
    for (Page& page : pages_) {
      visit(*page.baseline, page.book);
    }
  }

  void drop_old(const BaselineChoice& choice) {
    std::erase_if(pages_, [&](const Page& one) {
      return std::ranges::find(choice.all(), one.baseline) == choice.all().end();
    });
  }

 private:
  struct Page {
    const Baseline* baseline;
    Book book;
  };

  std::vector<Page> pages_;
};

}  // namespace prahari
