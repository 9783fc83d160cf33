var secondIncluded = firstIncluded;
