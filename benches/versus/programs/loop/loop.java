class Loop {
    static int loop() {
        int sum = 0;
        for (int i = 0; i < 2000000000; i++) sum += i;
        return sum;
    }

    public static void main(String[] arguments) {
        System.out.println(loop());
    }
}
