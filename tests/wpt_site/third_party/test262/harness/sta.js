var staIsLoaded = true;
