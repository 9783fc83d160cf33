module example.test/items

go 1.19
