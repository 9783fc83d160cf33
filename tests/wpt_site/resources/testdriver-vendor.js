self.drivenBy.push("vendor");
