self.drivenBy = [new URL(document.currentScript.src).search];
