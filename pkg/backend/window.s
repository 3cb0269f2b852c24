// Lets window.go declare a function without a body.
