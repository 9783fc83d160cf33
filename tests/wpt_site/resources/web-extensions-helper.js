self.drivenBy.push("helper");
